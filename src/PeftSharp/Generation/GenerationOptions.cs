using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>Options of one call of <c>Generate</c>: everything that <see cref="GenerationConfig"/> sets, and what belongs to the call alone.</summary>
/// <remarks>
/// <para>What is not set comes from the model's <see cref="PretrainedModel.GenerationConfig"/>, then from the defaults of transformers: <c>new() { MaxNewTokens = 50, DoSample = true, Seed = 1 }</c>.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once; a streamer in one belongs to one call at a time.</para>
/// </remarks>
public sealed record GenerationOptions : GenerationConfig
{
    /// <summary>Options that set nothing.</summary>
    public GenerationOptions() { }

    /// <summary>Options that set what a configuration sets.</summary>
    /// <param name="config">The configuration, such as one read by <see cref="GenerationConfig.FromPretrained"/>.</param>
    public GenerationOptions(GenerationConfig config) : base(config) { }

    /// <summary>The tokenizer that belongs to the model; needed for <see cref="GenerationConfig.StopStrings"/> only.</summary>
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>Rules of your own that change the scores of the next token. Default: none.</summary>
    public IReadOnlyList<LogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>Rules of your own that end a text. Default: none.</summary>
    public IReadOnlyList<StoppingCriteria> StoppingCriteria { get; init; } = [];

    /// <summary>From the number of the prompt and the tokens so far to the only ids that may come next (<c>prefix_allowed_tokens_fn</c>). Default null: all may.</summary>
    public Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? PrefixAllowedTokens { get; init; }

    /// <summary>Receives the tokens while they are generated; for one text. Default null.</summary>
    public BaseStreamer? Streamer { get; init; }

    /// <summary>The adapter that generates all texts, for a model with adapters; <c>__base__</c> is the base model. Default null: the adapters of the current scope or of <c>SetAdapter</c>.</summary>
    public string? Adapter { get; init; }

    /// <summary>The adapter of each prompt, instead of <see cref="Adapter"/>. Default null.</summary>
    public IReadOnlyList<string>? AdapterNames { get; init; }

    /// <summary>Seed of the random numbers of this call: the tokens are those after <c>torch.manual_seed(seed)</c>, whatever other threads sample. Default null: libtorch's generator, which the whole process shares.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether <see cref="GenerationOutput.Scores"/> is filled. Default false.</summary>
    public bool OutputScores { get; init; }

    /// <summary>Whether <see cref="GenerationOutput.Logits"/> is filled. Default false.</summary>
    public bool OutputLogits { get; init; }

    /// <summary>The adapters of the call; null for those of the model.</summary>
    /// <exception cref="ArgumentException">Both <see cref="Adapter"/> and <see cref="AdapterNames"/> are set.</exception>
    internal IReadOnlyList<string>? Adapters => Adapter is null ? AdapterNames
        : AdapterNames is null ? [Adapter]
        : throw new ArgumentException($"Adapter is '{Adapter}' and AdapterNames is [{string.Join(", ", AdapterNames)}]: set one of them.");
}
