using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>The logits processors of a call, in transformers' order.</summary>
internal sealed class ProcessorChain
{
    private readonly List<LogitsProcessor> _processors;

    /// <param name="plan">The call.</param>
    /// <param name="own">
    /// The caller's custom processors, which run after the other processors of the options and before those that are used only for
    /// sampling.
    /// </param>
    /// <param name="allowedTokens">The caller's function of allowed tokens. Null: none.</param>
    internal ProcessorChain(
        GenerationPlan plan, IEnumerable<LogitsProcessor>? own, Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? allowedTokens) =>
        _processors =
        [
            .. BeforeSampling(plan, allowedTokens), .. own ?? [], .. plan.DoSample ? OfSampling(plan) : [],
            .. plan.Config.RenormalizeLogits is true ? [new LogitNormalization()] : Array.Empty<LogitsProcessor>(),
        ];

    /// <inheritdoc cref="LogitsProcessor.Process"/>
    /// <exception cref="InvalidOperationException">A processor returned scores of a different shape.</exception>
    internal Tensor Process(Tensor inputIds, Tensor scores) =>
        _processors.Aggregate(
            scores, (changed, processor) => ScoreCheck.RequireShape(processor.Process(inputIds, changed), scores.shape, processor));

    private static IEnumerable<LogitsProcessor> BeforeSampling(
        GenerationPlan plan, Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? allowedTokens)
    {
        var config = plan.Config;
        if (config.SequenceBias is { Count: > 0 } biases) yield return new SequenceBiasLogitsProcessor(biases);
        if (config.RepetitionPenalty is { } penalty and not 1)
            yield return new RepetitionPenaltyLogitsProcessor(penalty, PaddingLengths(plan));
        if (config.NoRepeatNgramSize is { } size and > 0) yield return new NoRepeatNGramLogitsProcessor(size);
        if (config.BadWordsIds is { Count: > 0 } words) yield return new NoBadWordsLogitsProcessor(words, plan.Eos);
        if (plan.Eos.Count > 0)
        {
            if (config.MinLength is { } least and > 0)
                yield return new MinLengthLogitsProcessor(least, plan.Eos);
            if (config.MinNewTokens is { } fewest and > 0)
                yield return new MinNewTokensLengthLogitsProcessor(plan.PromptLength, fewest, plan.Eos);
        }
        if (allowedTokens is not null) yield return new PrefixConstrainedLogitsProcessor(ByPrompt(plan, allowedTokens), plan.NumBeams);
        if (config.ForcedBosTokenId is { } first) yield return new ForcedBosTokenLogitsProcessor(first);
        if (config.ForcedEosTokenId is { } last) yield return new ForcedEosTokenLogitsProcessor(plan.MaxLength, last);
        if (config.RemoveInvalidValues is true) yield return new InfNanRemoveLogitsProcessor();
        if (config.ExponentialDecayLengthPenalty is { } decay && plan.Eos.Count > 0)
            yield return new ExponentialDecayLengthPenalty(decay, plan.Eos, plan.PromptLength);
        if (config.SuppressTokens is { Count: > 0 } suppressed) yield return new SuppressTokensLogitsProcessor(suppressed);
        if (config.BeginSuppressTokens is { Count: > 0 } atBegin)
            yield return new SuppressTokensAtBeginLogitsProcessor(
                atBegin, plan.PromptLength > 1 || config.ForcedBosTokenId is null ? plan.PromptLength : plan.PromptLength + 1);
    }

    private static IEnumerable<LogitsProcessor> OfSampling(GenerationPlan plan)
    {
        const int defaultTopK = 50;
        var config = plan.Config;
        // Beam search needs one token in addition to the end-of-sequence tokens. Without such tokens, two are kept, as in transformers.
        var kept = plan.NumBeams == 1 ? 1 : plan.Eos.Count > 0 ? plan.Eos.Count + 1 : 2;
        if (config.Temperature is { } temperature and not 1) yield return new TemperatureLogitsWarper(temperature);
        if (config.TopH is { } topH) yield return new TopHLogitsWarper(topH);
        if ((config.TopK ?? defaultTopK) is var topK and > 0) yield return new TopKLogitsWarper(topK, kept);
        if (config.TopP is { } topP and < 1) yield return new TopPLogitsWarper(topP, kept);
        if (config.MinP is { } minP) yield return new MinPLogitsWarper(minP, kept);
        if (config.TypicalP is { } mass and < 1) yield return new TypicalLogitsWarper(mass, kept);
        if (config.EpsilonCutoff is { } epsilon and > 0) yield return new EpsilonLogitsWarper(epsilon, kept);
        if (config.EtaCutoff is { } eta and > 0) yield return new EtaLogitsWarper(eta, kept);
    }

    /// <summary>
    /// Returns a function that converts the index of a row to the index of the prompt and calls the caller's function. With beam search, or
    /// with one row per prompt, no conversion is required, and the caller's function is returned.
    /// </summary>
    private static Func<int, IReadOnlyList<long>, IReadOnlyList<int>> ByPrompt(
        GenerationPlan plan, Func<int, IReadOnlyList<long>, IReadOnlyList<int>> allowed) =>
        plan.NumBeams > 1 || plan.RowsPerPrompt == 1 ? allowed : (row, ids) => allowed(row / plan.RowsPerPrompt, ids);

    /// <summary>Number of leading padding tokens of each row; null if there is no padding.</summary>
    private static long[]? PaddingLengths(GenerationPlan plan) => plan.PromptMask is not { } mask ? null
        : [.. mask.ne(0).to(ScalarType.Int64).argmax(1).cpu().data<long>().ToArray()
            .SelectMany(length => Enumerable.Repeat(length, plan.RowsPerPrompt))];
}
