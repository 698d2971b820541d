using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <summary>Predicts masked tokens of texts with a masked language model.</summary>
/// <remarks>
/// <para>Corresponds to the <c>fill-mask</c> pipeline of transformers.</para>
/// <code>
/// using var filler = MaskFiller.FromPretrained("my-model");
/// foreach (var candidate in filler.Fill($"Paris is the {filler.MaskToken} of France."))
///     Console.WriteLine($"{candidate.Token} {candidate.Score:F3}");
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed class MaskFiller : Predictor
{
    /// <summary>Creates a mask filler for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">A masked language model, such as one loaded by <c>AutoModelForMaskedLM</c>, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="logger">
    /// Receives warnings: the head has not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model is not a masked language model, or the tokenizer has no mask token.</exception>
    public MaskFiller(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (model.Objective is not MaskedLMObjective) throw WrongTask(model, "masked language modeling", nameof(AutoModelForMaskedLM));
        if (tokenizer.MaskTokenId is null)
            throw new ArgumentException("The tokenizer has no mask token. Set the mask token with which the model was trained: "
                + "tokenizer.MaskToken = \"[MASK]\".", nameof(tokenizer));
    }

    /// <summary>The token that marks the position to predict, such as <c>[MASK]</c>.</summary>
    public string MaskToken => Tokenizer.MaskToken!;

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a masked language model; or the folder of an adapter whose configuration refers to its base
    /// model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model in <paramref name="nameOrFolder"/>: a folder, or a name on the Hugging Face Hub. If the adapter contains a
    /// tokenizer, this tokenizer is used. Null: no adapter.
    /// </param>
    /// <param name="options">
    /// Options of loading, such as the data type and the device of the weights, and the logger. Null: the defaults.
    /// </param>
    /// <param name="adapterRevision">
    /// Branch, tag or commit of the adapter, if the adapter is a name on the Hub. Null: <c>main</c>. The revision of the model is
    /// <see cref="PretrainedOptions.Revision"/> of the options.
    /// </param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="ArgumentException"><paramref name="adapterRevision"/> is given without an adapter.</exception>
    /// <exception cref="CheckpointException">
    /// The folder or repository does not contain a model for this task, or the adapter does not match the model.
    /// </exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="HubException">The files cannot be downloaded.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static MaskFiller FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Load(nameOrFolder, adapterNameOrFolder, adapterRevision, options, AutoModelForMaskedLM.FromPretrained,
            (model, tokenizer) => new MaskFiller(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>Loads a model and its tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<MaskFiller> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Predicts the most likely tokens for the mask of a text, best first.</summary>
    /// <param name="text">A text with exactly one <see cref="MaskToken"/>.</param>
    /// <param name="topK">Maximum number of tokens. Default 5.</param>
    /// <param name="targets">The candidate tokens. Null: the whole vocabulary.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The text has no mask or several masks, the text has more tokens than the model supports, <paramref name="targets"/> is empty or
    /// contains a text that is not a token of the vocabulary, <paramref name="topK"/> is less than 1, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    public IReadOnlyList<MaskCandidate> Fill(string text, int topK = 5, IReadOnlyCollection<string>? targets = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Fill([text], topK, targets, batchSize: 1, adapter)[0];
    }

    /// <summary>Predicts the most likely tokens for each mask of a text independently.</summary>
    /// <param name="text">A text with one or more occurrences of <see cref="MaskToken"/>.</param>
    /// <param name="topK">Maximum number of tokens per mask. Default 5.</param>
    /// <param name="targets">The candidate tokens. Null: the whole vocabulary.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <returns>
    /// The tokens of each mask, in the order of the masks. If there are several masks, the text of a candidate contains the other masks and
    /// the special tokens.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The text has no mask, the text has more tokens than the model supports, <paramref name="targets"/> is empty or contains a text that
    /// is not a token of the vocabulary, <paramref name="topK"/> is less than 1, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    public IReadOnlyList<IReadOnlyList<MaskCandidate>> FillAllMasks(
        string text, int topK = 5, IReadOnlyCollection<string>? targets = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FillAll([text], topK, targets, new PredictionCall(1, adapter, null, CancellationToken.None))[0];
    }

    /// <summary>Predicts the most likely tokens for the masks of several texts, in batches. Each text has one mask.</summary>
    /// <param name="texts">Texts with exactly one <see cref="MaskToken"/> each.</param>
    /// <param name="topK">Maximum number of tokens. Default 5.</param>
    /// <param name="targets">The candidate tokens. Null: the whole vocabulary.</param>
    /// <param name="batchSize">Maximum number of texts per batch; the logits of the whole vocabulary require memory. Default 8.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The tokens for each text, best first.</returns>
    /// <exception cref="ArgumentException">
    /// A text is null, has no mask or several masks, or has more tokens than the model supports; <paramref name="targets"/> is empty or
    /// contains a text that is not a token of the vocabulary; <paramref name="topK"/> or <paramref name="batchSize"/> is less than 1; or
    /// the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<MaskCandidate>> Fill(
        IReadOnlyList<string> texts, int topK = 5, IReadOnlyCollection<string>? targets = null, int batchSize = 8, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        [.. FillAll(texts, topK, targets, new PredictionCall(batchSize, adapter, progress, cancellationToken))
            .Select((masks, text) => masks is [var only]
                ? only
                : throw new ArgumentException($"Text {text} has {masks.Count} masks. Use FillAllMasks for several masks.", nameof(texts)))];

    /// <summary>
    /// Predicts the most likely tokens for the masks of several texts asynchronously on the thread pool. Each text has one mask.
    /// </summary>
    /// <inheritdoc cref="Fill(IReadOnlyList{string}, int, IReadOnlyCollection{string}, int, string, IProgress{PredictionProgress},
    /// CancellationToken)"/>
    public Task<IReadOnlyList<IReadOnlyList<MaskCandidate>>> FillAsync(
        IReadOnlyList<string> texts, int topK = 5, IReadOnlyCollection<string>? targets = null, int batchSize = 8, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Fill(texts, topK, targets, batchSize, adapter, progress, cancellationToken), cancellationToken);

    private IReadOnlyList<IReadOnlyList<MaskCandidate>>[] FillAll(
        IReadOnlyList<string> texts, int topK, IReadOnlyCollection<string>? targets, PredictionCall call)
    {
        RequireTexts(texts, nameof(texts));
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        var (limit, targetIds) = (MaxTokens(null, call.Adapter), TargetIds(targets));
        return Predict(
            texts.Count, call, Encode,
            (output, rows) => Best(output.Logits!, rows, topK, targetIds),
            (_, rows) => Candidates(rows[0].Encoding, rows[0].Output));

        BatchEncoding Encode(int start, int count)
        {
            var encoded = Tokenizer.Encode(Slice(texts, start, count), cancellationToken: call.CancellationToken);
            foreach (var (index, row) in encoded.Encodings.Index())
            {
                if (!row.Ids.Contains(Tokenizer.MaskTokenId!.Value))
                    throw new ArgumentException(
                        $"Text {start + index} has no mask. Insert {MaskToken} at the position to predict.", nameof(texts));
                if (row.Length > limit)
                    throw new ArgumentException($"Text {start + index} has {row.Length} tokens, but the model supports {limit}. "
                        + "Shorten the text, but keep the mask.", nameof(texts));
            }
            return encoded;
        }
    }

    /// <summary>Returns the most likely tokens and their probabilities, for each mask of each row.</summary>
    private (int Id, float Score)[][][] Best(Tensor logits, IReadOnlyList<TextEncoding> rows, int topK, long[]? targets) =>
        [.. rows.Select((row, index) => Places(row).Select(place => Best(logits[index, place], topK, targets)).ToArray())];

    private static (int Id, float Score)[] Best(Tensor logits, int topK, long[]? targets)
    {
        var probabilities = logits.to(ScalarType.Float32).softmax(-1);
        if (targets is not null) probabilities = probabilities[tensor(targets, device: logits.device)];
        var (values, indexes) = probabilities.topk((int)Math.Min(topK, probabilities.shape[0]));
        return [.. indexes.cpu().data<long>().Zip(Floats(values), (id, score) => ((int)(targets is null ? id : targets[id]), score))];
    }

    private IReadOnlyList<IReadOnlyList<MaskCandidate>> Candidates(TextEncoding encoding, (int Id, float Score)[][] best)
    {
        var (places, ids) = (Places(encoding), encoding.Ids);
        return [.. places.Select((place, mask) =>
            (IReadOnlyList<MaskCandidate>)[.. best[mask].Select(found => Candidate(place, found.Id, found.Score))])];

        MaskCandidate Candidate(int place, int id, float score) => new(Tokenizer.Decode([id]), id, score, With(place, id));

        // If there are several masks, the text keeps the other masks and its special tokens, as in transformers.
        string With(int place, int id) =>
            Tokenizer.Decode(
                ids.Select((old, i) => i == place ? id : old).Where(token => token != Tokenizer.PadTokenId),
                skipSpecialTokens: places.Length == 1);
    }

    private int[] Places(TextEncoding encoding) =>
        [.. encoding.Ids.Index().Where(token => token.Item == Tokenizer.MaskTokenId).Select(token => token.Index)];

    private long[]? TargetIds(IReadOnlyCollection<string>? targets)
    {
        if (targets is null) return null;
        if (targets.Count == 0)
            throw new ArgumentException("targets is empty. Specify at least one token, or pass null.", nameof(targets));
        var vocabulary = Tokenizer.GetVocab();
        return [.. targets.Select(IdOf).Distinct()];

        long IdOf(string target) => vocabulary.TryGetValue(target, out var id)
            ? id
            : throw new ArgumentException($"'{target}' is not a token of the vocabulary. Tokens of this text: "
                + $"[{string.Join(", ", Tokenizer.Tokenize(target).Select(token => $"'{token}'"))}]. "
                + "Set targets to tokens of the vocabulary.", nameof(targets));
    }
}
