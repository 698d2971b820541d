using System.Text.Json;

namespace PeftSharp.Generation;

public partial record GenerationConfig
{
    /// <summary>Fields of transformers that would change the output and are not supported, with the value that disables them.</summary>
    private static readonly Dictionary<string, double> _unsupported = new(StringComparer.Ordinal)
    {
        ["guidance_scale"] = 1, ["num_beam_groups"] = 1, ["diversity_penalty"] = 0, ["penalty_alpha"] = 0, ["dola_layers"] = double.NaN,
        ["constraints"] = double.NaN, ["force_words_ids"] = double.NaN, ["encoder_repetition_penalty"] = 1,
        ["encoder_no_repeat_ngram_size"] = 0, ["watermarking_config"] = double.NaN, ["token_healing"] = 0,
    };

    /// <summary>Checks the values, individually and in combination.</summary>
    /// <exception cref="ArgumentException">One or more values are invalid; the message lists all problems.</exception>
    public void Validate()
    {
        var problems = ValueProblems().Concat(CombinationProblems()).Concat(UnsupportedFields()).ToArray();
        if (problems.Length > 0) throw new ArgumentException($"Invalid generation options: {string.Join("; ", problems)}.");
    }

    /// <summary>Rejects values of this instance that have no effect in combination with the rest of <paramref name="effective"/>.</summary>
    /// <exception cref="ArgumentException">A value has no effect; the message lists all of them.</exception>
    internal void RefuseWithoutEffect(GenerationConfig effective)
    {
        var problems = new List<string>();
        if (effective.DoSample is not true)
            problems.AddRange(Set(
                (nameof(Temperature), Temperature is not null and not 1), (nameof(TopK), TopK is not null and not 50),
                (nameof(TopP), TopP is not null and not 1), (nameof(MinP), MinP is not null), (nameof(TopH), TopH is not null),
                (nameof(TypicalP), TypicalP is not null and not 1), (nameof(EpsilonCutoff), EpsilonCutoff is > 0),
                (nameof(EtaCutoff), EtaCutoff is > 0))
                .Select(name => $"{name} is set, but is used only for sampling: set DoSample = true, or remove {name}"));
        if (effective.NumBeams is null or 1)
            problems.AddRange(Set(
                (nameof(EarlyStopping), EarlyStopping is { } when && when != BeamEarlyStopping.Heuristic),
                (nameof(LengthPenalty), LengthPenalty is not null and not 1))
                .Select(name => $"{name} is set, but is used only for beam search: set NumBeams, such as NumBeams = 4, or remove {name}"));
        if (MaxNewTokens is not null && MaxLength is not null)
            problems.Add("MaxNewTokens and MaxLength are both set: set only one of them");
        if (MinNewTokens is not null && MinLength is not null)
            problems.Add("MinNewTokens and MinLength are both set: set only one of them");
        if (problems.Count > 0) throw new ArgumentException($"Conflicting generation options: {string.Join("; ", problems)}.");

        static IEnumerable<string> Set(params (string Name, bool IsSet)[] fields) =>
            fields.Where(field => field.IsSet).Select(field => field.Name);
    }

    private IEnumerable<string> ValueProblems()
    {
        var numbers = new (string Name, double? Value, Func<double, bool> IsValid, string Rule)[]
        {
            (nameof(MaxLength), MaxLength, x => x >= 1, "at least 1"), (nameof(MaxNewTokens), MaxNewTokens, x => x >= 1, "at least 1"),
            (nameof(MinLength), MinLength, x => x >= 0, "at least 0"), (nameof(MinNewTokens), MinNewTokens, x => x >= 0, "at least 0"),
            (nameof(MaxTime), MaxTime, x => x > 0, "greater than 0"),
            (nameof(NumBeams), NumBeams, x => x >= 1, "at least 1"),
            (nameof(NumReturnSequences), NumReturnSequences, x => x >= 1, "at least 1"),
            (nameof(Temperature), Temperature, x => x > 0, "greater than 0 (for greedy decoding leave "
                + "DoSample false)"), (nameof(TopK), TopK, x => x >= 0, "at least 0"),
            (nameof(TopP), TopP, x => x is > 0 and <= 1, "in (0, 1]"), (nameof(MinP), MinP, x => x is >= 0 and <= 1, "in [0, 1]"),
            (nameof(TopH), TopH, x => x is > 0 and <= 1, "in (0, 1]"), (nameof(TypicalP), TypicalP, x => x is > 0 and <= 1, "in (0, 1]"),
            (nameof(EpsilonCutoff), EpsilonCutoff, x => x is >= 0 and < 1, "in [0, 1)"),
            (nameof(EtaCutoff), EtaCutoff, x => x is >= 0 and < 1, "in [0, 1)"),
            (nameof(RepetitionPenalty), RepetitionPenalty, x => x > 0, "greater than 0"),
            (nameof(LengthPenalty), LengthPenalty, double.IsFinite, "a finite number"),
            (nameof(NoRepeatNgramSize), NoRepeatNgramSize, x => x >= 0, "at least 0"),
            (nameof(PadTokenId), PadTokenId, x => x >= 0, "at least 0"), (nameof(BosTokenId), BosTokenId, x => x >= 0, "at least 0"),
            (nameof(ForcedBosTokenId), ForcedBosTokenId, x => x >= 0, "at least 0"),
            (nameof(ExponentialDecayLengthPenalty), ExponentialDecayLengthPenalty?.DecayFactor, x => x > 0, "a pair whose factor is "
                + "greater than 0"),
        };
        foreach (var (name, value, isValid, rule) in numbers)
            if (value is { } number && !isValid(number)) yield return FormattableString.Invariant($"{name} is {number}; it must be {rule}");
        foreach (var (name, ids) in TokenLists())
            if (ids.Count == 0 || ids.Any(id => id < 0))
                yield return $"{name} is [{string.Join(", ", ids)}]; it must contain at least one token id, and token ids are at least 0";
        if (StopStrings?.Any(string.IsNullOrEmpty) is true)
            yield return "StopStrings contains an empty string, which matches every text";
    }

    private IEnumerable<(string Name, IReadOnlyList<int> Ids)> TokenLists()
    {
        foreach (var word in BadWordsIds ?? []) yield return ($"an entry of {nameof(BadWordsIds)}", word);
        foreach (var bias in SequenceBias ?? []) yield return ($"an entry of {nameof(SequenceBias)}", bias.Tokens);
        if (EosTokenId is not null) yield return (nameof(EosTokenId), EosTokenId);
        if (ForcedEosTokenId is not null) yield return (nameof(ForcedEosTokenId), ForcedEosTokenId);
        if (SuppressTokens is { Count: > 0 }) yield return (nameof(SuppressTokens), SuppressTokens);
        if (BeginSuppressTokens is { Count: > 0 }) yield return (nameof(BeginSuppressTokens), BeginSuppressTokens);
    }

    private IEnumerable<string> CombinationProblems()
    {
        var (beams, returned) = (NumBeams ?? 1, NumReturnSequences ?? 1);
        if (beams == 1 && returned > 1 && DoSample is not true)
            yield return $"NumReturnSequences is {returned}, but greedy decoding produces one sequence: set DoSample or NumBeams";
        if (beams > 1 && returned > beams) yield return $"NumReturnSequences is {returned}, which is more than NumBeams ({beams})";
        if (MinNewTokens > MaxNewTokens) yield return $"MinNewTokens is {MinNewTokens}, but MaxNewTokens is {MaxNewTokens}";
        if (MaxNewTokens is null && MinNewTokens is null && MinLength > MaxLength)
            yield return $"MinLength is {MinLength}, but MaxLength is {MaxLength}";
        if (SuppressTokens is null) yield break;
        if (ForcedBosTokenId is { } first && SuppressTokens.Contains(first))
            yield return $"ForcedBosTokenId {first} is in SuppressTokens";
        if (ForcedEosTokenId is { } last && last.All(SuppressTokens.Contains))
            yield return $"every token of ForcedEosTokenId [{string.Join(", ", last)}] is in SuppressTokens";
    }

    private IEnumerable<string> UnsupportedFields() => (AdditionalFields ?? new Dictionary<string, JsonElement>())
        .Where(field => _unsupported.TryGetValue(field.Key, out var off) && field.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.Number => field.Value.GetDouble() != off,
            _ => true,
        })
        .Select(field => $"{field.Key} is {field.Value.GetRawText()}, which is not supported: remove it");
}
