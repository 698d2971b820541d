using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Batches for a language model: the next token (causal), or hidden tokens (masked, Devlin et al. 2018, section 3.1).</summary>
/// <remarks>
/// <para>transformers' <c>DataCollatorForLanguageModeling</c>, with one difference: what is not counted is what was filled up, not every token that looks like
/// padding. So a model whose padding token is its end token still learns to end a text. Hidden tokens are drawn from libtorch's generator in transformers' order.</para>
/// <para>Thread safety: without masking instances can be used from several threads at once; with masking they draw from libtorch's generator, which all threads share.</para>
/// </remarks>
public sealed class LanguageModelingCollator : IDataCollator
{
    private const double ShareReplaced = 0.8, ShareRandomOfRest = 0.5;
    private readonly bool _mlm;
    private readonly double _probability;
    private readonly RowPadding _padding;
    private readonly int _maskId, _vocabulary;
    private readonly long[] _specialIds;

    /// <param name="tokenizer">Says the padding token and, for hidden tokens, the mask and what is never hidden.</param>
    /// <param name="mlm">Whether tokens are hidden (BERT); false: every token is predicted from those before it (GPT-2). Default true, as in Python.</param>
    /// <param name="mlmProbability">Share of the tokens that are to be named. Default 0.15.</param>
    /// <param name="padToMultipleOf">Lengths are rounded up to a multiple of it. Null: not at all.</param>
    /// <exception cref="ArgumentException">The tokenizer has no padding token, or no mask token although tokens are to be hidden.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public LanguageModelingCollator(Tokenizer tokenizer, bool mlm = true, double mlmProbability = 0.15, int? padToMultipleOf = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf ?? 1, 1, nameof(padToMultipleOf));
        if (mlmProbability is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(mlmProbability), mlmProbability, "The share of tokens to be named must be above 0 and at most 1.");
        if (tokenizer.PadTokenId is not { } pad)
            throw new ArgumentException("This tokenizer has no padding token, which uneven rows need. Set one: tokenizer.PadToken = tokenizer.EosToken.", nameof(tokenizer));
        if (mlm && tokenizer.MaskTokenId is null)
            throw new ArgumentException("This tokenizer has no mask token, so no tokens can be hidden. Pass mlm: false for a model that predicts the next token.", nameof(tokenizer));
        (_mlm, _probability, _maskId, _vocabulary) = (mlm, mlmProbability, tokenizer.MaskTokenId ?? 0, tokenizer.Count);
        _padding = new RowPadding(pad, padToMultipleOf ?? 1, null, tokenizer.PaddingSide == PaddingSide.Left);
        _specialIds = [.. tokenizer.AllSpecialIds.Select(id => (long)id)];
    }

    /// <summary>True where tokens are hidden.</summary>
    public bool DrawsRandomNumbers => _mlm;

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        using var scope = NewDisposeScope();
        var inputs = RowTensors.Collate(rows, _padding);
        var ids = inputs.InputIds ?? throw new DatasetException($"These rows have no 'input_ids' but {string.Join(", ", inputs.Tensors.Keys)}. Tokenize them with Map.");
        inputs.AttentionMask ??= RowTensors.Read(rows, ids.shape[1], _padding);
        var labels = ids.masked_fill(inputs.AttentionMask.eq(0), InputCheck.Ignored);
        if (_mlm) labels = Hide(inputs, labels);
        inputs.Labels = labels;
        inputs["special_tokens_mask"] = null;
        foreach (var tensor in inputs.Tensors.Values) tensor.MoveToOuterDisposeScope();
        return inputs;
    }

    /// <summary>Chooses tokens to be named and hides most of them: 80 of 100 behind the mask, 10 behind a random token, 10 not at all.</summary>
    /// <returns>The labels: the chosen tokens, -100 elsewhere.</returns>
    private Tensor Hide(ModelInputs inputs, Tensor labels)
    {
        var ids = inputs.InputIds!;
        var spared = inputs["special_tokens_mask"] is { } mask ? mask.ne(0) : _specialIds.Aggregate(zeros_like(ids).to(ScalarType.Bool), (all, id) => all.logical_or(ids.eq(id)));
        spared = spared.logical_or(inputs.AttentionMask!.eq(0));
        var chosen = full(ids.shape, _probability).masked_fill(spared, 0).bernoulli().to(ScalarType.Bool);
        var replaced = full(ids.shape, ShareReplaced).bernoulli().to(ScalarType.Bool).logical_and(chosen);
        var random = full(ids.shape, ShareRandomOfRest).bernoulli().to(ScalarType.Bool).logical_and(chosen).logical_and(replaced.logical_not());
        var words = randint(0, _vocabulary, ids.shape, ScalarType.Int64);
        inputs.InputIds = where(random, words, ids.masked_fill(replaced, _maskId));
        return labels.masked_fill(chosen.logical_not(), InputCheck.Ignored);
    }
}
