using Microsoft.Extensions.Logging;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <summary>Continues texts by a causal language model.</summary>
/// <remarks>
/// <para>transformers' <c>text-generation</c> pipeline, with its defaults: what neither the caller nor the model's <c>generation_config.json</c> says is sampling with temperature 0.7 and at most 256 new tokens.
/// Tensors, scores and streamed text are those of <c>model.Generate</c>.</para>
/// <code>
/// using var writer = TextGenerator.FromPretrained("my-model");
/// Console.WriteLine(writer.Generate("Once upon a time", new() { MaxNewTokens = 50 }).FullText);
/// </code>
/// <para>Thread safety: several threads can call one instance at once; give calls that sample a seed each. Disposing it needs exclusive use.</para>
/// </remarks>
public sealed class TextGenerator : Predictor
{
    private const int DefaultNewTokens = 256;
    private const double DefaultTemperature = 0.7;

    /// <summary>A generator of a model in memory, which is not disposed with this object.</summary>
    /// <param name="model">A causal language model, such as <c>AutoModelForCausalLM</c> loads, with or without adapters.</param>
    /// <param name="tokenizer">The tokenizer that belongs to it.</param>
    /// <param name="logger">Told if the head was never trained. Null: only <see cref="Predictor.UntrainedWeights"/> tells.</param>
    /// <exception cref="ArgumentException">The model does not generate text.</exception>
    public TextGenerator(PretrainedModel model, Tokenizer tokenizer, ILogger? logger = null) : base(model, tokenizer, logger)
    {
        if (!model.CanGenerate) throw WrongTask(model, "generating text", nameof(AutoModelForCausalLM));
    }

    /// <summary>Loads a model and its tokenizer.</summary>
    /// <param name="folder">A folder in transformers' format with a causal language model; or the folder of an adapter that names the folder of its base model.</param>
    /// <param name="adapterFolder">An adapter for the model in <paramref name="folder"/>. If a tokenizer was saved beside it, that tokenizer is used. Null: none.</param>
    /// <param name="options">Type and device of the weights; the logger. Null: the defaults.</param>
    /// <param name="cancellationToken">Ends the loading early.</param>
    /// <exception cref="CheckpointException">A folder holds no such model, or the adapter does not fit.</exception>
    /// <exception cref="TokenizerException">The tokenizer's files are missing or malformed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextGenerator FromPretrained(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Load(folder, adapterFolder, options, AutoModelForCausalLM.FromPretrained, (model, tokenizer) => new TextGenerator(model, tokenizer, options?.Logger) { OwnsModel = true }, cancellationToken);

    /// <summary>As <see cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)"/>, on a thread of the thread pool.</summary>
    /// <inheritdoc cref="FromPretrained(string, string?, PretrainedOptions?, CancellationToken)" path="//param|//exception"/>
    public static Task<TextGenerator> FromPretrainedAsync(string folder, string? adapterFolder = null, PretrainedOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => FromPretrained(folder, adapterFolder, options, cancellationToken), cancellationToken);

    /// <summary>Continues one prompt.</summary>
    /// <param name="prompt">The start of the text. Empty: the model begins a text.</param>
    /// <param name="options">Options of the call, such as the adapter and the seed. Those that are not set are the model's, then the pipeline's.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <exception cref="ArgumentException">The prompt or the options make no sense, or several texts for the prompt are asked for.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GeneratedText Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Generate([prompt], options, batchSize: 1, cancellationToken: cancellationToken) is [var only] ? only
            : throw new ArgumentException("NumReturnSequences asks for several texts: pass a list of prompts, whose overload returns all of them.", nameof(options));
    }

    /// <summary>Continues many prompts, in batches.</summary>
    /// <param name="prompts">The starts of the texts. Empty ones: the model begins a text.</param>
    /// <param name="options">Options of the call, such as the adapters and the seed; each batch has a seed of its own after it. Those that are not set are the model's, then the pipeline's.</param>
    /// <param name="batchSize">Maximum number of prompts that are continued at once. Default 8.</param>
    /// <param name="progress">Told the number of prompts that are done, after each batch.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>A text for each prompt, in the order of the prompts; <see cref="GenerationConfig.NumReturnSequences"/> texts for each, one after the other, if that is set.</returns>
    /// <exception cref="ArgumentException">A prompt is null, or the prompts or the options make no sense.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<GeneratedText> Generate(IReadOnlyList<string> prompts, GenerationOptions? options = null, int batchSize = 8, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireTexts(prompts, nameof(prompts));
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        options ??= new GenerationOptions();
        if (options.AdapterNames is { Count: > 1 } names && names.Count != prompts.Count)
            throw new ArgumentException($"AdapterNames names {names.Count} adapters for {prompts.Count} prompts; give one for each, or one for all.", nameof(options));
        RequireOpen();
        using var running = Model.Calls.CallInEvaluationMode(Model);
        var rows = Tokenizer.Encode(prompts, truncation: false, cancellationToken: cancellationToken).Encodings;
        var (texts, done) = (new GeneratedText[prompts.Count][], 0);
        foreach (var batch in Enumerable.Range(0, prompts.Count).OrderByDescending(prompt => rows[prompt].Length).Chunk(batchSize))
        {
            foreach (var group in batch.GroupBy(prompt => rows[prompt].Length == 0, (_, members) => members.ToArray()))         // an empty prompt is the token that begins a text
            {
                var written = Continue([.. group.Select(prompt => rows[prompt])], ForBatch(options, group, done), cancellationToken);
                foreach (var (index, prompt) in group.Index()) texts[prompt] = [.. written[index].Select(text => new GeneratedText(prompts[prompt], text))];
            }
            progress?.Report(done += batch.Length);
        }
        return [.. texts.SelectMany(ofPrompt => ofPrompt)];
    }

    /// <summary>Continues many prompts on the thread pool.</summary>
    /// <inheritdoc cref="Generate(IReadOnlyList{string}, GenerationOptions, int, IProgress{int}, CancellationToken)"/>
    public Task<IReadOnlyList<GeneratedText>> GenerateAsync(IReadOnlyList<string> prompts, GenerationOptions? options = null, int batchSize = 8, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Generate(prompts, options, batchSize, progress, cancellationToken), cancellationToken);

    /// <summary>Continues one prompt, piece by piece, as the text is generated; the prompt itself is not repeated.</summary>
    /// <param name="prompt">The start of the text. Empty: the model begins a text.</param>
    /// <param name="options">Options of the call, such as the adapter and the seed. Those that are not set are the model's, then the pipeline's.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>Pieces of text, whole characters, none empty.</returns>
    /// <exception cref="ArgumentException">The prompt or the options make no sense.</exception>
    public IAsyncEnumerable<string> GenerateStreamAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        RequireOpen();
        int[] ids = Tokenizer.Encode(prompt, truncation: false).Ids is { Length: > 0 } tokens ? tokens : [BeginOfText];
        return Model.GenerateStreamAsync(ids, Tokenizer, Resolve(options ?? new GenerationOptions(), ids.Length), cancellationToken: cancellationToken);
    }

    /// <summary>The options for some of the prompts: what belongs to single prompts is that of theirs.</summary>
    private static GenerationOptions ForBatch(GenerationOptions options, int[] prompts, int done) => options with
    {
        AdapterNames = options.AdapterNames is { Count: > 1 } names ? [.. prompts.Select(prompt => names[prompt])] : options.AdapterNames,
        PrefixAllowedTokens = options.PrefixAllowedTokens is { } allowed ? (prompt, ids) => allowed(prompts[prompt], ids) : null,
        Seed = options.Seed + done,
    };

    /// <summary>What is written after each prompt of a batch: an array for each prompt.</summary>
    private string[][] Continue(TextEncoding[] rows, GenerationOptions asked, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var inputs = rows[0].Length == 0 ? new ModelInputs { InputIds = full([rows.Length, 1], BeginOfText, ScalarType.Int64) } : ToInputs(rows, PaddingSide.Left);
        var prompt = new ModelInputs { InputIds = inputs.InputIds, AttentionMask = inputs.AttentionMask ?? ones_like(inputs.InputIds!) };
        var width = (int)inputs.InputIds!.shape[1];
        var output = Model.Generate(prompt, Resolve(asked, width), cancellationToken);
        var newTokens = output.NewTokens().cpu().to(ScalarType.Int32).contiguous();
        var ends = asked.EosTokenId ?? Model.GenerationConfig.EosTokenId ?? [];
        var flat = newTokens.data<int>().ToArray();
        var sequences = newTokens.shape[1] == 0 ? Enumerable.Repeat<int[]>([], (int)newTokens.shape[0]) : flat.Chunk((int)newTokens.shape[1]);
        string[] texts = [.. sequences.Select(ids => Tokenizer.Decode(ids.TakeWhile(id => !ends.Contains(id)), skipSpecialTokens: true))];
        return [.. texts.Chunk(texts.Length / rows.Length)];
    }

    /// <summary>The caller's options with the pipeline's defaults for what neither the caller nor the model sets.</summary>
    private GenerationOptions Resolve(GenerationOptions asked, int promptTokens)
    {
        var own = Model.GenerationConfig;
        var known = asked.Or(own);
        var room = Model.Inputs[0].MaxLength - Model.VirtualTokens(new ForwardOptions { AdapterNames = asked.Adapters }) - promptTokens;
        var samples = known.DoSample ?? true;
        return asked with
        {
            Tokenizer = asked.Tokenizer ?? Tokenizer,
            DoSample = asked.DoSample ?? (own.DoSample is null ? true : null),
            Temperature = asked.Temperature ?? (samples && own.Temperature is null ? DefaultTemperature : null),
            MaxNewTokens = asked.MaxNewTokens ?? (known.MaxLength is null && own.MaxNewTokens is null ? Math.Max(1, Math.Min(DefaultNewTokens, room ?? DefaultNewTokens)) : null),
            PadTokenId = asked.PadTokenId ?? (own.PadTokenId is null ? Tokenizer.PadTokenId ?? Tokenizer.EosTokenId : null),
        };
    }

    private int BeginOfText => Model.GenerationConfig.BosTokenId ?? Model.Config.BosTokenId ?? Tokenizer.BosTokenId
        ?? throw new ArgumentException("The prompt is empty, and neither the model nor the tokenizer has a token that begins a text. Give a prompt.");
}
