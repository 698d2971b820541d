using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Collates batches for causal or masked language modeling (transformers' <c>DataCollatorForLanguageModeling</c>).</summary>
/// <remarks>
/// <para>
/// Masked language modeling follows Devlin et al. 2018, section 3.1: of the selected tokens, 80% are replaced by the mask token, 10% by a
/// random token, and 10% are not replaced. Random numbers come from libtorch's default generator, in the order of transformers. If no token
/// of a batch is selected, the collator selects one at random, unless all tokens are special tokens. In transformers, the loss of such a
/// batch is NaN.
/// </para>
/// <para>
/// In causal language modeling, the label -100 is set for padded positions only (attention mask 0). A model whose padding token is its
/// end-of-sequence token therefore learns to end a text. transformers sets the label -100 for all tokens with the id of the padding token.
/// </para>
/// <para>
/// Thread safety: with <c>mlm: false</c>, instances can be used from several threads at once. With masking, instances use libtorch's
/// default random number generator, which all threads share.
/// </para>
/// </remarks>
public sealed class DataCollatorForLanguageModeling : IDataCollator
{
    private const double MaskedFraction = 0.8, RandomFractionOfRest = 0.5;
    private readonly bool _mlm;
    private readonly double _probability;
    private readonly RowPadding _padding;
    private readonly int _maskId, _vocabulary;
    private readonly long[] _specialIds;

    /// <summary>Creates a collator.</summary>
    /// <param name="tokenizer">
    /// The tokenizer, with a padding token and, for masked language modeling, a mask token. Its special tokens are not masked. If the
    /// rows have a <c>special_tokens_mask</c>, that mask defines the special tokens instead.
    /// </param>
    /// <param name="mlm">
    /// Whether to use masked language modeling (BERT); false: causal language modeling (GPT-2), where the labels are the input ids. Default
    /// true, as in transformers.
    /// </param>
    /// <param name="mlmProbability">The probability that a token is selected for prediction; above 0 and at most 1. Default 0.15.</param>
    /// <param name="padToMultipleOf">The length of a batch is rounded up to a multiple of this value. Null: it is not rounded.</param>
    /// <exception cref="ArgumentException">
    /// The tokenizer has no padding token, or <paramref name="mlm"/> is true and the tokenizer has no mask token.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The probability is out of range, or <paramref name="padToMultipleOf"/> is below 1.
    /// </exception>
    public DataCollatorForLanguageModeling(Tokenizer tokenizer, bool mlm = true, double mlmProbability = 0.15, int? padToMultipleOf = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf ?? 1, 1, nameof(padToMultipleOf));
        if (mlmProbability is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(mlmProbability), mlmProbability, "The probability must be above 0 and at most 1.");
        if (tokenizer.PadTokenId is not { } pad)
            throw new ArgumentException("The tokenizer has no padding token, which is required to pad rows. Set one: "
                + "tokenizer.PadToken = tokenizer.EosToken.", nameof(tokenizer));
        if (mlm && tokenizer.MaskTokenId is null)
            throw new ArgumentException("The tokenizer has no mask token, which masked language modeling requires. Pass mlm: "
                + "false for a causal language model.", nameof(tokenizer));
        (_mlm, _probability, _maskId, _vocabulary) = (mlm, mlmProbability, tokenizer.MaskTokenId ?? 0, tokenizer.Count);
        _padding = new RowPadding(pad, padToMultipleOf ?? 1, null, tokenizer.PaddingSide == PaddingSide.Left);
        _specialIds = [.. tokenizer.AllSpecialIds.Select(id => (long)id)];
    }

    /// <summary>True for masked language modeling, false for causal language modeling.</summary>
    public bool DrawsRandomNumbers => _mlm;

    /// <inheritdoc/>
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        using var scope = NewDisposeScope();
        var inputs = RowTensors.Collate(rows, _padding);
        var ids = inputs.InputIds ?? throw new DatasetException(
            $"The rows have no column 'input_ids'. Columns: {string.Join(", ", inputs.Tensors.Keys)}. "
            + "Tokenize the texts with dataset.Tokenize.");
        inputs.AttentionMask ??= RowTensors.AttentionMask(rows, ids.shape[1], _padding);
        var labels = ids.masked_fill(inputs.AttentionMask.eq(0), InputCheck.Ignored);
        if (_mlm) labels = MaskTokens(inputs, labels);
        inputs.Labels = labels;
        inputs["special_tokens_mask"] = null;
        foreach (var tensor in inputs.Tensors.Values) tensor.MoveToOuterDisposeScope();
        return inputs;
    }

    /// <summary>Selects tokens for prediction and masks them, as transformers' <c>torch_mask_tokens</c>.</summary>
    /// <returns>The labels: the ids of the selected tokens, -100 elsewhere.</returns>
    private Tensor MaskTokens(ModelInputs inputs, Tensor labels)
    {
        var ids = inputs.InputIds!;
        var excluded = inputs["special_tokens_mask"] is { } mask
            ? mask.ne(0)
            : _specialIds.Aggregate(zeros_like(ids).to(ScalarType.Bool), (all, id) => all.logical_or(ids.eq(id)));
        excluded = excluded.logical_or(inputs.AttentionMask!.eq(0));
        var selected = full(ids.shape, _probability).masked_fill(excluded, 0).bernoulli().to(ScalarType.Bool);
        // A small batch may have no selected token by chance. Its loss would be the mean over no tokens, which is NaN.
        if (!selected.any().item<bool>() && excluded.logical_not().flatten().nonzero() is { } candidates && candidates.shape[0] > 0)
            selected.view(-1).index_fill_(0, candidates[randint(0, candidates.shape[0], 1)].flatten(), true);
        var replaced = full(ids.shape, MaskedFraction).bernoulli().to(ScalarType.Bool).logical_and(selected);
        var random = full(ids.shape, RandomFractionOfRest).bernoulli().to(ScalarType.Bool).logical_and(selected)
            .logical_and(replaced.logical_not());
        var randomTokens = randint(0, _vocabulary, ids.shape, ScalarType.Int64);
        inputs.InputIds = where(random, randomTokens, ids.masked_fill(replaced, _maskId));
        return labels.masked_fill(selected.logical_not(), InputCheck.Ignored);
    }
}
