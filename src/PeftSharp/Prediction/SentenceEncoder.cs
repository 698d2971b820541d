using Microsoft.Extensions.Logging;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <summary>
/// Computes embeddings of texts: vectors that are similar if the texts have a similar meaning, for semantic search and clustering.
/// </summary>
/// <remarks>
/// <para>
/// Corresponds to <c>SentenceTransformer</c> of sentence-transformers (Reimers and Gurevych 2019, arXiv:1908.10084), with the modules
/// Transformer, Pooling, Dense and Normalize.
/// </para>
/// <code>
/// using var encoder = SentenceEncoder.FromPretrained("sentence-transformers/all-MiniLM-L6-v2");
/// var texts = encoder.Encode(documents);
/// foreach (var match in encoder.MostSimilar(encoder.Encode("a question"), texts, topK: 3)) Console.WriteLine(documents[match.Index]);
/// </code>
/// <para>Thread safety: several threads can call one instance at once. Dispose it only when no call is running.</para>
/// </remarks>
public sealed partial class SentenceEncoder : Predictor
{
    private readonly SentenceFolder _parts;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Prompt, int? Limit), int> _promptLengths = [];

    /// <summary>Creates an encoder for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">A model without a head, such as one loaded by <c>AutoModel</c>, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="pooling">How the hidden states of the tokens become one vector. Default: their mean.</param>
    /// <param name="normalize">Whether embeddings are divided by their L2 norm. Default false.</param>
    /// <param name="logger">
    /// Receives warnings: weights have not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model has a head, or no pooling is selected.</exception>
    public SentenceEncoder(
        PretrainedModel model, Tokenizer tokenizer, PoolingModes pooling = PoolingModes.Mean, bool normalize = false,
        ILogger? logger = null)
        : this(model, tokenizer, new SentenceFolder
        {
            ModelFolder = "",
            Pooling = new SentencePooling(pooling),
            Modules = normalize ? [new SentenceModule.Normalize()] : [],
        }, logger)
    {
        if (pooling == PoolingModes.None || (pooling & ~AllModes) != 0)
            throw new ArgumentException($"The pooling is {pooling}. Select at least one of {AllModes}.", nameof(pooling));
    }

    private SentenceEncoder(PretrainedModel model, Tokenizer tokenizer, SentenceFolder parts, ILogger? logger)
        : base(model, tokenizer, logger)
    {
        _parts = parts;
        if (model.Objective is not null) throw WrongTask(model, "embeddings, because it has a head", nameof(AutoModel));
        foreach (var module in parts.Modules) module.To(model.Device);
    }

    /// <summary>
    /// The prompts by name, such as <c>query</c>. A call can prepend a prompt to each of its texts. Empty if the folder defines no prompts.
    /// </summary>
    public IReadOnlyDictionary<string, string> Prompts => _parts.Prompts;

    /// <summary>The name of the prompt that is prepended if a call names no prompt; null: none.</summary>
    public string? DefaultPromptName => _parts.DefaultPromptName;

    /// <summary>Maximum number of tokens of a text (<c>max_seq_length</c>); null: the limit of the tokenizer or the model.</summary>
    public int? MaxLength => _parts.MaxLength;

    /// <summary>
    /// The function that <see cref="Similarity"/> and <see cref="MostSimilar"/> use: cosine, unless the folder names another function.
    /// </summary>
    public SimilarityFunction SimilarityFunction => _parts.Similarity;

    // An embedding does not depend on the pooler of the model, which may therefore be untrained.
    /// <inheritdoc/>
    public override IReadOnlyList<string> UntrainedWeights =>
        [.. base.UntrainedWeights.Where(name => !name.Contains("pooler.", StringComparison.Ordinal))];

    private static PoolingModes AllModes => Enum.GetValues<PoolingModes>().Aggregate((all, mode) => all | mode);

    private protected override ForwardOptions Options =>
        ForwardOptions.Default with { FirstTokenOnly = _parts.Pooling.Modes == PoolingModes.Cls };

    /// <summary>Computes the embedding of one text.</summary>
    /// <param name="text">
    /// The text. White space at both ends of the text with its prompt is removed, as in sentence-transformers.
    /// </param>
    /// <param name="promptName">
    /// The name of the prompt in <see cref="Prompts"/> that is prepended. Default: <see cref="DefaultPromptName"/>.
    /// </param>
    /// <param name="prompt">
    /// A text that is prepended, instead of a prompt from <see cref="Prompts"/>. Null: <paramref name="promptName"/> determines the prompt.
    /// </param>
    /// <param name="normalizeEmbeddings">
    /// Whether the embedding is divided by its L2 norm, even if the encoder has no Normalize module. Default false.
    /// </param>
    /// <param name="truncateDim">Number of elements of the embedding that are returned. Null: all.</param>
    /// <param name="maxLength">Maximum number of tokens; a longer text is truncated. Default: <see cref="MaxLength"/>.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <returns>The embedding.</returns>
    /// <exception cref="ArgumentException">
    /// The text has no tokens, there is no prompt with this name, both <paramref name="prompt"/> and <paramref name="promptName"/> are set,
    /// or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="truncateDim"/> is less than 1 or greater than the number of elements of an embedding, or
    /// <paramref name="maxLength"/> is less than 1 or greater than the number of tokens that the model accepts.
    /// </exception>
    public float[] Encode(
        string text, string? promptName = null, string? prompt = null, bool normalizeEmbeddings = false, int? truncateDim = null,
        int? maxLength = null, string? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode([text], promptName, prompt, normalizeEmbeddings, truncateDim, maxLength, batchSize: 1, adapter)[0];
    }

    /// <summary>Computes the embeddings of several texts, in batches.</summary>
    /// <param name="texts">
    /// The texts. White space at both ends of a text with its prompt is removed, as in sentence-transformers.
    /// </param>
    /// <param name="promptName">
    /// The name of the prompt in <see cref="Prompts"/> that is prepended to each text. Default: <see cref="DefaultPromptName"/>.
    /// </param>
    /// <param name="prompt">
    /// A text that is prepended to each text, instead of a prompt from <see cref="Prompts"/>. Null: <paramref name="promptName"/>
    /// determines the prompt.
    /// </param>
    /// <param name="normalizeEmbeddings">
    /// Whether embeddings are divided by their L2 norm, even if the encoder has no Normalize module. Default false.
    /// </param>
    /// <param name="truncateDim">
    /// Number of elements of an embedding that are returned, for models that were trained for shortened embeddings (Kusupati et al. 2022,
    /// arXiv:2205.13147). Null: all.
    /// </param>
    /// <param name="maxLength">
    /// Maximum number of tokens, including special tokens and the prompt; longer texts are truncated. Default: <see cref="MaxLength"/>.
    /// </param>
    /// <param name="batchSize">Maximum number of texts per batch. Default 32.</param>
    /// <param name="adapter">
    /// The adapter to use, for a model with adapters; <c>__base__</c> selects the base model. Default: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>The embedding of each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">
    /// A text is null or has no tokens, there is no prompt with this name, both <paramref name="prompt"/> and
    /// <paramref name="promptName"/> are set, or the model has no such adapter.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is selected for the call while an adapter is merged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="truncateDim"/> is less than 1 or greater than the number of elements of an embedding,
    /// <paramref name="maxLength"/> is less than 1 or greater than the number of tokens that the model accepts, or
    /// <paramref name="batchSize"/> is less than 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<float[]> Encode(
        IReadOnlyList<string> texts, string? promptName = null, string? prompt = null, bool normalizeEmbeddings = false,
        int? truncateDim = null, int? maxLength = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireTexts(texts, nameof(texts));
        RequireOpen();
        var limit = maxLength is null && MaxLength is { } own
            ? Math.Min(own, Positions(adapter) ?? own)
            : MaxTokens(maxLength, adapter);
        var before = PromptOf(promptName, prompt);
        var promptTokens = before.Length > 0 && !_parts.Pooling.IncludesPrompt ? TokensOf(before, limit) : 0;
        return Predict(texts.Count, new PredictionCall(batchSize, adapter, progress, cancellationToken),
            (start, count) => Tokenizer.Encode(
                [.. Slice(texts, start, count).Select(text => Prepared(before + text))], null,
                truncation: limit is not null, maxLength: limit, cancellationToken: cancellationToken),
            (output, rows) => Embeddings(output.LastHiddenState!, rows, promptTokens, normalizeEmbeddings, truncateDim),
            (_, rows) => rows[0].Output);
    }

    /// <summary>Computes the embeddings of several texts asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Encode(IReadOnlyList{string}, string, string, bool, int?, int?, int, string, IProgress{PredictionProgress},
    /// CancellationToken)"/>
    public Task<IReadOnlyList<float[]>> EncodeAsync(
        IReadOnlyList<string> texts, string? promptName = null, string? prompt = null, bool normalizeEmbeddings = false,
        int? truncateDim = null, int? maxLength = null, int batchSize = 32, string? adapter = null,
        IProgress<PredictionProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Encode(texts, promptName, prompt, normalizeEmbeddings, truncateDim, maxLength, batchSize, adapter, progress,
            cancellationToken), cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _parts.Dispose();
        base.Dispose(disposing);
    }

    private string PromptOf(string? promptName, string? prompt)
    {
        if (prompt is not null)
            return promptName is null ? prompt : throw new ArgumentException("Set either prompt or promptName, not both.", nameof(prompt));
        return (promptName ?? DefaultPromptName) is not { } wanted ? ""
            : Prompts.TryGetValue(wanted, out var found) ? found
            : throw new ArgumentException($"There is no prompt named '{wanted}'. Prompts of this model: "
            + $"{NameList.Of(Prompts.Keys)}.", nameof(promptName));
    }

    /// <summary>Returns the number of tokens of a prompt, without a special token at the end.</summary>
    private int TokensOf(string prompt, int? limit)
    {
        lock (_gate)
            if (_promptLengths.TryGetValue((prompt, limit), out var known)) return known;
        var ids = Tokenizer.Encode([Prepared(prompt)], null, truncation: limit is not null, maxLength: limit).Encodings[0].Ids;
        var length = ids.Length > 0 && Tokenizer.AllSpecialIds.Contains(ids[^1]) ? ids.Length - 1 : ids.Length;
        lock (_gate) _promptLengths[(prompt, limit)] = length;
        return length;
    }

    private string Prepared(string text)
    {
        var trimmed = PythonText.Strip(text);
        return _parts.LowersCase ? PythonText.Lower(trimmed) : trimmed;
    }

    private float[][] Embeddings(Tensor states, IReadOnlyList<TextEncoding> rows, int promptTokens, bool normalize, int? dimensions)
    {
        // Virtual tokens of an adapter precede the text.
        var tokens = _parts.Pooling.Modes == PoolingModes.Cls ? (int)states.shape[1] : rows.Max(row => row.Length);
        if (states.shape[1] > tokens) states = states.narrow(1, states.shape[1] - tokens, tokens);
        var mask = new float[rows.Count * tokens];
        foreach (var (index, row) in rows.Index())
            for (var token = promptTokens; token < Math.Min(row.Length, tokens); token++) mask[index * tokens + token] = 1;
        var embeddings = _parts.Pooling.Apply(states, tensor(mask, [rows.Count, tokens], device: states.device));
        foreach (var module in _parts.Modules) embeddings = module.Apply(embeddings);
        if (dimensions is { } kept)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1, "truncateDim");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, embeddings.shape[1], "truncateDim");
            embeddings = embeddings.narrow(1, 0, kept);
        }
        if (normalize) embeddings = nn.functional.normalize(embeddings, 2, 1);
        return [.. Floats(embeddings).Chunk((int)embeddings.shape[1])];
    }
}
