using Microsoft.Extensions.Logging;
using PeftSharp.Generation;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <summary>Generates text with a causal language model.</summary>
/// <remarks>
/// <para>
/// Corresponds to the <c>text-generation</c> pipeline of transformers and has the same defaults. Unless the caller or the model's
/// <c>generation_config.json</c> sets other values, the generator samples with temperature 0.7 and generates at most 256 tokens. For
/// conversations use <see cref="Chat(IReadOnlyList{ChatMessage}, GenerationOptions, ChatTemplateOptions, CancellationToken)"/>, and for
/// tensors and scores <c>model.Generate</c>.
/// </para>
/// <code>
/// using var writer = TextGenerator.FromPretrained("my-model");
/// Console.WriteLine(writer.Generate("Once upon a time", new() { MaxNewTokens = 50 }).FullText);
/// </code>
/// <para>
/// Thread safety: several threads can call one instance at once; set a seed for each call that samples. Dispose the instance only when no
/// call is running.
/// </para>
/// </remarks>
public sealed partial class TextGenerator : Predictor
{
    private const int DefaultNewTokens = 256;
    private const double DefaultTemperature = 0.7;

    /// <summary>Creates a text generator for an existing model, which is not disposed with this object.</summary>
    /// <param name="model">A causal language model, such as one loaded by <c>AutoModelForCausalLM</c>, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="logger">
    /// Receives warnings: the head has not been trained, or the tokenizer does not match the model. Null: warnings are written to the
    /// standard error stream.
    /// </param>
    /// <exception cref="ArgumentException">The model cannot generate text.</exception>
    public TextGenerator(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (!model.CanGenerate) throw WrongTask(model, "text generation", nameof(AutoModelForCausalLM));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="nameOrFolder">
    /// A folder in transformers' format with a causal language model; or the folder of an adapter whose configuration refers to its base
    /// model; or, if there is no such folder, the name of a model on the Hugging Face Hub.
    /// </param>
    /// <param name="adapterNameOrFolder">
    /// An adapter for the model in <paramref name="nameOrFolder"/>: a folder, or a name on the Hugging Face Hub. If the adapter contains a
    /// tokenizer, this tokenizer is used. Null: no adapter.
    /// </param>
    /// <param name="options">Data type and device of the weights, and the logger. Null: the defaults.</param>
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
    public static TextGenerator FromPretrained(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Load(nameOrFolder, adapterNameOrFolder, adapterRevision, options, AutoModelForCausalLM.FromPretrained,
            (model, tokenizer) => new TextGenerator(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>Loads a model and its tokenizer asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, string?, CancellationToken)" path="//param|//exception"/>
    public static Task<TextGenerator> FromPretrainedAsync(
        string nameOrFolder, string? adapterNameOrFolder = null, PretrainedOptions? options = null, string? adapterRevision = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(nameOrFolder, adapterNameOrFolder, options, adapterRevision, cancellationToken), cancellationToken);

    /// <summary>Generates a continuation of one prompt.</summary>
    /// <param name="prompt">The prompt. If it is empty, generation starts with the beginning-of-sequence token.</param>
    /// <param name="options">
    /// Options of the call, such as the adapter and the seed. A value that is not set is taken from the model, then from the defaults of
    /// transformers' <c>text-generation</c> pipeline.
    /// </param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <exception cref="ArgumentException">The prompt or the options are invalid, or several sequences are requested.</exception>
    /// <exception cref="InvalidOperationException">
    /// The options exclude all tokens, the logits of the model are not finite, or an adapter is selected while an adapter is merged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public GeneratedText Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Generate([prompt], options, batchSize: 1, cancellationToken: cancellationToken) is [var only] ? only
            : throw new ArgumentException("NumReturnSequences requests several sequences. Pass a list of prompts: "
            + "that overload returns all sequences.", nameof(options));
    }

    /// <summary>Generates continuations of several prompts, in batches.</summary>
    /// <param name="prompts">The prompts. For an empty prompt, generation starts with the beginning-of-sequence token.</param>
    /// <param name="options">
    /// Options of the call, such as the adapter and the seed; the seed of each batch is computed from this seed. A value that is not set is
    /// taken from the model, then from the defaults of transformers' <c>text-generation</c> pipeline.
    /// </param>
    /// <param name="batchSize">Maximum number of prompts per batch. Default 8.</param>
    /// <param name="progress">Receives a report after each batch. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>
    /// One text per prompt, in the order of the prompts. If <see cref="GenerationConfig.NumReturnSequences"/> is greater than 1, the result
    /// contains that number of consecutive texts for each prompt.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A prompt is null, the prompts or the options are invalid, or <paramref name="batchSize"/> is less than 1.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The options exclude all tokens, the logits of the model are not finite, or an adapter is selected while an adapter is merged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IReadOnlyList<GeneratedText> Generate(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, int batchSize = 8, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireTexts(prompts, nameof(prompts));
        RequireOpen();
        var rows = Tokenizer.Encode(prompts, truncation: false, cancellationToken: cancellationToken).Encodings;
        var texts = Continue(rows, options ?? new GenerationOptions(), batchSize, progress, cancellationToken);
        return [.. texts.SelectMany((ofPrompt, prompt) => ofPrompt.Select(text => new GeneratedText(prompts[prompt], text)))];
    }

    /// <summary>Generates continuations of several prompts asynchronously on the thread pool.</summary>
    /// <inheritdoc cref="Generate(IReadOnlyList{string}, GenerationOptions, int, IProgress{PredictionProgress}, CancellationToken)"/>
    public Task<IReadOnlyList<GeneratedText>> GenerateAsync(
        IReadOnlyList<string> prompts, GenerationOptions? options = null, int batchSize = 8, IProgress<PredictionProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Generate(prompts, options, batchSize, progress, cancellationToken), cancellationToken);

    /// <summary>Generates a continuation of one prompt as a stream of text; the prompt is not included.</summary>
    /// <param name="prompt">The prompt. If it is empty, generation starts with the beginning-of-sequence token.</param>
    /// <param name="options">
    /// Options of the call, such as the adapter and the seed. A value that is not set is taken from the model, then from the defaults of
    /// transformers' <c>text-generation</c> pipeline.
    /// </param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>Non-empty pieces of the text, which consist of complete characters.</returns>
    /// <exception cref="ArgumentException">The prompt or the options are invalid.</exception>
    /// <exception cref="InvalidOperationException">
    /// The options exclude all tokens, the logits of the model are not finite, or an adapter is selected while an adapter is merged.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public IAsyncEnumerable<string> GenerateStreamAsync(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        RequireOpen();
        return Stream(Tokenizer.Encode(prompt, truncation: false), options ?? new GenerationOptions(), cancellationToken);
    }

    private IAsyncEnumerable<string> Stream(TextEncoding prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        int[] ids = prompt.Ids is { Length: > 0 } tokens ? tokens : [BeginningOfSequence];
        return Model.GenerateStreamAsync(ids, Tokenizer, Resolve(options, ids.Length), cancellationToken: cancellationToken);
    }

    /// <summary>Generates the continuations of prompts in batches of similar length. Returns an array of texts per prompt.</summary>
    private string[][] Continue(
        IReadOnlyList<TextEncoding> prompts, GenerationOptions options, int batchSize, IProgress<PredictionProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (options.AdapterNames is { Count: > 1 } names && names.Count != prompts.Count)
            throw new ArgumentException($"AdapterNames contains {Quantity.Of(names.Count, "name")} for "
                + $"{Quantity.Of(prompts.Count, "prompt")}. Provide one name per prompt, or one for all.", nameof(options));
        using var running = Model.Calls.CallInEvaluationMode(Model);
        var (texts, done) = (new string[prompts.Count][], 0);
        foreach (var batch in Enumerable.Range(0, prompts.Count).OrderByDescending(prompt => prompts[prompt].Length).Chunk(batchSize))
        {
            // Empty prompts are a group of their own: each is replaced by the beginning-of-sequence token and needs no padding.
            foreach (var group in batch.GroupBy(prompt => prompts[prompt].Length == 0, (_, members) => members.ToArray()))
            {
                var written = ContinueBatch(
                    [.. group.Select(prompt => prompts[prompt])], ForBatch(options, group, done), cancellationToken);
                foreach (var (index, prompt) in group.Index()) texts[prompt] = written[index];
            }
            progress?.Report(new PredictionProgress(done += batch.Length, prompts.Count));
        }
        return texts;
    }

    /// <summary>
    /// Returns the options for a batch of prompts. An option with a value for each prompt then has only the values of the prompts in the
    /// batch.
    /// </summary>
    private static GenerationOptions ForBatch(GenerationOptions options, int[] prompts, int done) => options with
    {
        AdapterNames = options.AdapterNames is { Count: > 1 } names ? [.. prompts.Select(prompt => names[prompt])] : options.AdapterNames,
        PrefixAllowedTokens = options.PrefixAllowedTokens is { } allowed ? (prompt, ids) => allowed(prompts[prompt], ids) : null,
        Seed = options.Seed + done,
    };

    /// <summary>Generates the continuations of a batch. Returns an array of texts per prompt.</summary>
    private string[][] ContinueBatch(TextEncoding[] rows, GenerationOptions asked, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var inputs = rows[0].Length == 0
            ? new ModelInputs { InputIds = full([rows.Length, 1], BeginningOfSequence, ScalarType.Int64) }
            : ToInputs(rows, PaddingSide.Left);
        var prompt = new ModelInputs { InputIds = inputs.InputIds, AttentionMask = inputs.AttentionMask ?? ones_like(inputs.InputIds!) };
        var width = (int)inputs.InputIds!.shape[1];
        var output = Model.Generate(prompt, Resolve(asked, width), cancellationToken);
        var newTokens = output.GetNewTokens().cpu().to(ScalarType.Int32).contiguous();
        var ends = asked.EosTokenId ?? Model.GenerationConfig.EosTokenId ?? [];
        var flat = newTokens.data<int>().ToArray();
        var sequences = newTokens.shape[1] == 0
            ? Enumerable.Repeat<int[]>([], (int)newTokens.shape[0])
            : flat.Chunk((int)newTokens.shape[1]);
        string[] texts = [.. sequences.Select(ids => Tokenizer.Decode(ids.TakeWhile(id => !ends.Contains(id)), skipSpecialTokens: true))];
        return [.. texts.Chunk(texts.Length / rows.Length)];
    }

    /// <summary>
    /// Returns the options of the caller, with the defaults of the pipeline for values that neither the caller nor the model sets.
    /// </summary>
    private GenerationOptions Resolve(GenerationOptions asked, int promptTokens)
    {
        var own = Model.GenerationConfig;
        var known = asked.WithDefaults(own);
        var virtualTokens = Model.CountVirtualTokens(new ForwardOptions { AdapterNames = asked.Adapters });
        var room = Model.Inputs[0].MaxLength - virtualTokens - promptTokens;
        var samples = known.DoSample ?? true;
        return asked with
        {
            Tokenizer = asked.Tokenizer ?? Tokenizer,
            DoSample = asked.DoSample ?? (own.DoSample is null ? true : null),
            Temperature = asked.Temperature ?? (samples && own.Temperature is null ? DefaultTemperature : null),
            MaxNewTokens = asked.MaxNewTokens
                ?? (known.MaxLength is null && own.MaxNewTokens is null
                    ? Math.Max(1, Math.Min(DefaultNewTokens, room ?? DefaultNewTokens))
                    : null),
            PadTokenId = asked.PadTokenId ?? (own.PadTokenId is null ? Tokenizer.PadTokenId ?? Tokenizer.EosTokenId : null),
        };
    }

    private int BeginningOfSequence => Model.GenerationConfig.BosTokenId ?? Model.Config.BosTokenId ?? Tokenizer.BosTokenId
        ?? throw new ArgumentException("The prompt is empty, and neither the model nor the tokenizer has a beginning-of-sequence token. "
        + "Provide a prompt.");
}
