using System.Text.Json;

namespace PeftSharp.Modeling;

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
                ("temperature", Temperature is not null and not 1), ("top_k", TopK is not null and not 50),
                ("top_p", TopP is not null and not 1), ("min_p", MinP is not null), ("top_h", TopH is not null),
                ("typical_p", TypicalP is not null and not 1), ("epsilon_cutoff", EpsilonCutoff is > 0), ("eta_cutoff", EtaCutoff is > 0))
                .Select(name => $"{name} is set, but is used only for sampling: set do_sample (DoSample = true), or remove {name}"));
        if (effective.NumBeams is null or 1)
            problems.AddRange(Set(
                ("early_stopping", EarlyStopping is { } when && when != Modeling.EarlyStopping.Heuristic),
                ("length_penalty", LengthPenalty is not null and not 1))
                .Select(name => $"{name} is set, but is used only for beam search: set num_beams (NumBeams = 4), or remove {name}"));
        if (MaxNewTokens is not null && MaxLength is not null)
            problems.Add("max_new_tokens and max_length are both set: set only one of them");
        if (MinNewTokens is not null && MinLength is not null)
            problems.Add("min_new_tokens and min_length are both set: set only one of them");
        if (problems.Count > 0) throw new ArgumentException($"Conflicting generation options: {string.Join("; ", problems)}.");

        static IEnumerable<string> Set(params (string Name, bool IsSet)[] fields) =>
            fields.Where(field => field.IsSet).Select(field => field.Name);
    }

    private IEnumerable<string> ValueProblems()
    {
        var numbers = new (string Name, double? Value, Func<double, bool> IsValid, string Rule)[]
        {
            ("max_length", MaxLength, x => x >= 1, "at least 1"), ("max_new_tokens", MaxNewTokens, x => x >= 1, "at least 1"),
            ("min_length", MinLength, x => x >= 0, "at least 0"), ("min_new_tokens", MinNewTokens, x => x >= 0, "at least 0"),
            ("max_time", MaxTime, x => x > 0, "greater than 0"),
            ("num_beams", NumBeams, x => x >= 1, "at least 1"), ("num_return_sequences", NumReturnSequences, x => x >= 1, "at least 1"),
            ("temperature", Temperature, x => x > 0, "greater than 0 (for greedy decoding leave "
                + "do_sample false)"), ("top_k", TopK, x => x >= 0, "at least 0"),
            ("top_p", TopP, x => x is > 0 and <= 1, "in (0, 1]"), ("min_p", MinP, x => x is >= 0 and <= 1, "in [0, 1]"),
            ("top_h", TopH, x => x is > 0 and <= 1, "in (0, 1]"), ("typical_p", TypicalP, x => x is > 0 and <= 1, "in (0, 1]"),
            ("epsilon_cutoff", EpsilonCutoff, x => x is >= 0 and < 1, "in [0, 1)"),
            ("eta_cutoff", EtaCutoff, x => x is >= 0 and < 1, "in [0, 1)"),
            ("repetition_penalty", RepetitionPenalty, x => x > 0, "greater than 0"),
            ("length_penalty", LengthPenalty, double.IsFinite, "a finite number"),
            ("no_repeat_ngram_size", NoRepeatNgramSize, x => x >= 0, "at least 0"),
            ("pad_token_id", PadTokenId, x => x >= 0, "at least 0"), ("bos_token_id", BosTokenId, x => x >= 0, "at least 0"),
            ("forced_bos_token_id", ForcedBosTokenId, x => x >= 0, "at least 0"),
            ("exponential_decay_length_penalty", ExponentialDecayLengthPenalty?.DecayFactor, x => x > 0, "a pair whose factor is "
                + "greater than 0"),
        };
        foreach (var (name, value, isValid, rule) in numbers)
            if (value is { } number && !isValid(number)) yield return FormattableString.Invariant($"{name} is {number}; it must be {rule}");
        foreach (var (name, ids) in TokenLists())
            if (ids.Count == 0 || ids.Any(id => id < 0))
                yield return $"{name} is [{string.Join(", ", ids)}]; it must hold at least one token id, and token ids are at least 0";
        if (StopStrings?.Any(string.IsNullOrEmpty) is true)
            yield return "stop_strings contains an empty string, which matches every text";
    }

    private IEnumerable<(string Name, IReadOnlyList<int> Ids)> TokenLists()
    {
        foreach (var word in BadWordsIds ?? []) yield return ("bad_words_ids", word);
        foreach (var bias in SequenceBias ?? []) yield return ("sequence_bias", bias.Tokens);
        if (EosTokenId is not null) yield return ("eos_token_id", EosTokenId);
        if (ForcedEosTokenId is not null) yield return ("forced_eos_token_id", ForcedEosTokenId);
        if (SuppressTokens is { Count: > 0 }) yield return ("suppress_tokens", SuppressTokens);
        if (BeginSuppressTokens is { Count: > 0 }) yield return ("begin_suppress_tokens", BeginSuppressTokens);
    }

    private IEnumerable<string> CombinationProblems()
    {
        var (beams, returned) = (NumBeams ?? 1, NumReturnSequences ?? 1);
        if (beams == 1 && returned > 1 && DoSample is not true)
            yield return $"num_return_sequences is {returned}, but greedy decoding produces one sequence: set do_sample or num_beams";
        if (beams > 1 && returned > beams) yield return $"num_return_sequences is {returned}, which is more than num_beams ({beams})";
        if (MinNewTokens > MaxNewTokens) yield return $"min_new_tokens is {MinNewTokens}, but max_new_tokens is {MaxNewTokens}";
        if (MaxNewTokens is null && MinLength > MaxLength) yield return $"min_length is {MinLength}, but max_length is {MaxLength}";
        if (SuppressTokens is null) yield break;
        if (ForcedBosTokenId is { } first && SuppressTokens.Contains(first))
            yield return $"forced_bos_token_id {first} is in suppress_tokens";
        if (ForcedEosTokenId is { } last && last.All(SuppressTokens.Contains))
            yield return $"all of forced_eos_token_id [{string.Join(", ", last)}] are in suppress_tokens";
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
