using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>
/// Options of one call of <c>Generate</c>: the settings of <see cref="GenerationConfig"/>, and settings that apply only to a call.
/// </summary>
/// <remarks>
/// <para>
/// A value that is not set is taken from the model's <see cref="PretrainedModel.GenerationConfig"/>, then from the defaults of
/// transformers. Example: <c>new() { MaxNewTokens = 50, DoSample = true, Seed = 1 }</c>.
/// </para>
/// <para>
/// Thread safety: instances are immutable and can be used from several threads at once; a streamer can be used by one call at a time.
/// </para>
/// </remarks>
public sealed record GenerationOptions : GenerationConfig
{
    /// <summary>Creates options in which nothing is set.</summary>
    public GenerationOptions() { }

    /// <summary>Creates options with the values of a configuration.</summary>
    /// <param name="config">The configuration, such as one read by <see cref="GenerationConfig.FromPretrained"/>.</param>
    public GenerationOptions(GenerationConfig config) : base(config) { }

    /// <summary>The tokenizer of the model; required only for <see cref="GenerationConfig.StopStrings"/>.</summary>
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>Custom processors, which change the scores of the next token. Default: none.</summary>
    public IReadOnlyList<LogitsProcessor> LogitsProcessors { get; init; } = [];

    /// <summary>Custom criteria, which stop generation. Default: none.</summary>
    public IReadOnlyList<StoppingCriteria> StoppingCriteria { get; init; } = [];

    /// <summary>
    /// Returns the ids that are allowed as the next token, given the index of the prompt and the tokens so far
    /// (<c>prefix_allowed_tokens_fn</c>). Default null: all ids are allowed.
    /// </summary>
    public Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? PrefixAllowedTokens { get; init; }

    /// <summary>Receives the tokens while they are generated; for one sequence only. Default null: none.</summary>
    public BaseStreamer? Streamer { get; init; }

    /// <summary>
    /// The adapter for all prompts, for a model with adapters; <c>__base__</c> selects the base model. Default null: the adapters that
    /// <c>UseAdapter</c> or <c>SetAdapter</c> has selected.
    /// </summary>
    public string? Adapter { get; init; }

    /// <summary>
    /// The adapter of each prompt, or one name for all prompts. Default null: all prompts use <see cref="Adapter"/>. Only one of the two
    /// properties can be set.
    /// </summary>
    public IReadOnlyList<string>? AdapterNames { get; init; }

    /// <summary>
    /// The random seed of this call. The result is the same as after <c>torch.manual_seed(seed)</c>, even if other threads sample at the
    /// same time. Default null: libtorch's default generator, which all threads of the process share.
    /// </summary>
    public long? Seed { get; init; }

    /// <summary>Whether to return <see cref="GenerationOutput.Scores"/>. Default false.</summary>
    public bool OutputScores { get; init; }

    /// <summary>Whether to return <see cref="GenerationOutput.Logits"/>. Default false.</summary>
    public bool OutputLogits { get; init; }

    /// <summary>The adapters of the call; null if the call does not select adapters.</summary>
    /// <exception cref="ArgumentException">Both <see cref="Adapter"/> and <see cref="AdapterNames"/> are set.</exception>
    internal IReadOnlyList<string>? Adapters => Adapter is null ? AdapterNames
        : AdapterNames is null ? [Adapter]
        : throw new ArgumentException($"Adapter is '{Adapter}' and AdapterNames is [{string.Join(", ", AdapterNames)}]. "
        + "Set only one of them.");
}
