using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Modeling;

namespace PeftSharp.Generation;

/// <summary>
/// Settings of text generation: the fields of <c>generation_config.json</c>, with the names of transformers. A property that is null is not
/// set.
/// </summary>
/// <remarks>
/// Corresponds to transformers' <c>GenerationConfig</c>. A value that a call does not set is taken from the model's configuration
/// (<see cref="PretrainedModel.GenerationConfig"/>); if neither sets it, the default stated here applies. Unknown fields of the file
/// are kept in <see cref="AdditionalFields"/> and written back.
/// </remarks>
public partial record GenerationConfig
{
    /// <summary>
    /// The maximum number of tokens of the prompt and the generated text together. Default: 20 tokens more than the prompt, limited by the
    /// positions of the model. A call cannot set both this value and <see cref="MaxNewTokens"/>; either of them replaces both values of the
    /// model's configuration.
    /// </summary>
    public int? MaxLength { get; init; }
    /// <summary>The maximum number of generated tokens, without the prompt. Null: <see cref="MaxLength"/> limits the text.</summary>
    public int? MaxNewTokens { get; init; }
    /// <summary>
    /// The minimum number of tokens of the prompt and the generated text together. Until this number is reached, no end-of-sequence token
    /// is generated. Not used if the call or the model's configuration sets <see cref="MinNewTokens"/>; a call cannot set both. Default 0.
    /// </summary>
    public int? MinLength { get; init; }
    /// <summary>
    /// The minimum number of generated tokens, without the prompt. Until this number is reached, no end-of-sequence token is generated.
    /// Null: <see cref="MinLength"/> applies.
    /// </summary>
    public int? MinNewTokens { get; init; }
    /// <summary>The stopping condition of beam search. Default <see cref="BeamEarlyStopping.Heuristic"/>.</summary>
    public BeamEarlyStopping? EarlyStopping { get; init; }
    /// <summary>The time limit in seconds, after which no further token is generated. Default: no limit.</summary>
    public double? MaxTime { get; init; }
    /// <summary>
    /// Strings that stop generation when a token completes one of them. The text then ends with this token, so the text contains the
    /// string. Requires <c>GenerationOptions.Tokenizer</c>. Default: none.
    /// </summary>
    [JsonConverter(typeof(OneOrManyStringsConverter))]
    public IReadOnlyList<string>? StopStrings { get; init; }

    /// <summary>
    /// Whether tokens are sampled by their probability. If false, the most likely token is chosen (greedy), or, with
    /// <see cref="NumBeams"/> greater than 1, beam search chooses the tokens. Default false.
    /// </summary>
    public bool? DoSample { get; init; }
    /// <summary>The number of beams. Default 1: no beam search.</summary>
    public int? NumBeams { get; init; }
    /// <summary>The number of sequences that are returned for each prompt. Default 1.</summary>
    public int? NumReturnSequences { get; init; }
    /// <summary>Whether a key-value cache is used, so that keys and values of earlier tokens are not recomputed. Default true.</summary>
    public bool? UseCache { get; init; }

    /// <summary>The sampling temperature, by which logits are divided; greater than 0. Default 1.</summary>
    public double? Temperature { get; init; }
    /// <summary>Samples only from this number of most likely tokens; 0: from all tokens. Default 50.</summary>
    public int? TopK { get; init; }
    /// <summary>
    /// Nucleus sampling: samples only from the smallest set of most likely tokens whose total probability reaches this value; in (0, 1].
    /// Default 1.
    /// </summary>
    public double? TopP { get; init; }
    /// <summary>
    /// Samples only from tokens whose probability is at least this value times the probability of the most likely token; in [0, 1].
    /// Default: not used.
    /// </summary>
    public double? MinP { get; init; }
    /// <summary>
    /// Top-h sampling: samples only from the most likely tokens. Tokens are selected in the order of their probability p, as long as the
    /// sum of their terms -p·log p is at most this fraction of the entropy of the distribution. Only the 100 most likely tokens are
    /// considered. In (0, 1]. Default: not used.
    /// </summary>
    public double? TopH { get; init; }
    /// <summary>
    /// Locally typical sampling: samples only from the smallest set of tokens that has at least this total probability. Tokens whose
    /// information content is closest to the entropy of the distribution are selected first. In (0, 1]. Default 1.
    /// </summary>
    public double? TypicalP { get; init; }
    /// <summary>
    /// Excludes tokens with a probability below this value from sampling. The most likely token is never excluded. In [0, 1). Default 0.
    /// </summary>
    public double? EpsilonCutoff { get; init; }
    /// <summary>
    /// Eta sampling: as <see cref="EpsilonCutoff"/>, with a threshold that is lower for distributions of high entropy; in [0, 1). Default
    /// 0.
    /// </summary>
    public double? EtaCutoff { get; init; }

    /// <summary>
    /// The penalty for tokens that the prompt or the generated text already contains: positive logits are divided by the penalty, negative
    /// logits are multiplied by it. Values greater than 1 discourage repetition. Default 1.
    /// </summary>
    public double? RepetitionPenalty { get; init; }
    /// <summary>
    /// The score of a finished beam is divided by the number of its generated tokens raised to this exponent; values greater than 0 favor
    /// long sequences. Default 1.
    /// </summary>
    public double? LengthPenalty { get; init; }
    /// <summary>
    /// The size n of n-grams: an n-gram that the prompt or the generated text contains is not generated again. Default 0: off.
    /// </summary>
    public int? NoRepeatNgramSize { get; init; }
    /// <summary>Token sequences that are never generated. A single end-of-sequence token in this list has no effect.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? BadWordsIds { get; init; }
    /// <summary>Token sequences whose probability is raised or lowered.</summary>
    public IReadOnlyList<SequenceBias>? SequenceBias { get; init; }
    /// <summary>Whether the scores are normalized to log-probabilities after all logits processors. Default false.</summary>
    public bool? RenormalizeLogits { get; init; }
    /// <summary>
    /// The token that is forced as the first generated token if the prompt consists of one token. If it is set in the options of a call
    /// with a longer prompt, an <see cref="ArgumentException"/> is thrown.
    /// </summary>
    public int? ForcedBosTokenId { get; init; }
    /// <summary>
    /// End-of-sequence tokens, one of which is forced as the last token when the maximum length is reached (<see cref="MaxLength"/> or
    /// <see cref="MaxNewTokens"/>).
    /// </summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? ForcedEosTokenId { get; init; }
    /// <summary>Whether NaN scores are replaced by 0 and infinite scores by the largest or smallest finite value. Default false.</summary>
    public bool? RemoveInvalidValues { get; init; }
    /// <summary>Raises the score of the end-of-sequence token exponentially with the number of generated tokens.</summary>
    public LengthDecay? ExponentialDecayLengthPenalty { get; init; }
    /// <summary>Tokens that are never generated.</summary>
    public IReadOnlyList<int>? SuppressTokens { get; init; }
    /// <summary>
    /// Tokens that are not generated as the first token; or as the second token, if <see cref="ForcedBosTokenId"/> forces the first.
    /// </summary>
    public IReadOnlyList<int>? BeginSuppressTokens { get; init; }

    /// <summary>
    /// The padding token, which fills sequences that end before others. Default: the first token of <see cref="EosTokenId"/>.
    /// </summary>
    public int? PadTokenId { get; init; }
    /// <summary>The beginning-of-sequence (BOS) token.</summary>
    public int? BosTokenId { get; init; }
    /// <summary>The end-of-sequence (EOS) tokens; a number or a list in the file.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? EosTokenId { get; init; }

    /// <summary>
    /// Unknown fields of the file, which are written back. Generation throws if one of them would change the output in transformers.
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>Returns a copy of this configuration in which values that are not set are taken from another configuration.</summary>
    /// <param name="defaults">The configuration with the other values.</param>
    public GenerationConfig WithDefaults(GenerationConfig defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new GenerationConfig
        {
            MaxLength = MaxLength ?? defaults.MaxLength,
            MaxNewTokens = MaxNewTokens ?? defaults.MaxNewTokens,
            MinLength = MinLength ?? defaults.MinLength,
            MinNewTokens = MinNewTokens ?? defaults.MinNewTokens,
            EarlyStopping = EarlyStopping ?? defaults.EarlyStopping,
            MaxTime = MaxTime ?? defaults.MaxTime,
            StopStrings = StopStrings ?? defaults.StopStrings,
            DoSample = DoSample ?? defaults.DoSample,
            NumBeams = NumBeams ?? defaults.NumBeams,
            NumReturnSequences = NumReturnSequences ?? defaults.NumReturnSequences,
            UseCache = UseCache ?? defaults.UseCache,
            Temperature = Temperature ?? defaults.Temperature,
            TopK = TopK ?? defaults.TopK,
            TopP = TopP ?? defaults.TopP,
            MinP = MinP ?? defaults.MinP,
            TopH = TopH ?? defaults.TopH,
            TypicalP = TypicalP ?? defaults.TypicalP,
            EpsilonCutoff = EpsilonCutoff ?? defaults.EpsilonCutoff,
            EtaCutoff = EtaCutoff ?? defaults.EtaCutoff,
            RepetitionPenalty = RepetitionPenalty ?? defaults.RepetitionPenalty,
            LengthPenalty = LengthPenalty ?? defaults.LengthPenalty,
            NoRepeatNgramSize = NoRepeatNgramSize ?? defaults.NoRepeatNgramSize,
            BadWordsIds = BadWordsIds ?? defaults.BadWordsIds,
            SequenceBias = SequenceBias ?? defaults.SequenceBias,
            RenormalizeLogits = RenormalizeLogits ?? defaults.RenormalizeLogits,
            ForcedBosTokenId = ForcedBosTokenId ?? defaults.ForcedBosTokenId,
            ForcedEosTokenId = ForcedEosTokenId ?? defaults.ForcedEosTokenId,
            RemoveInvalidValues = RemoveInvalidValues ?? defaults.RemoveInvalidValues,
            ExponentialDecayLengthPenalty = ExponentialDecayLengthPenalty ?? defaults.ExponentialDecayLengthPenalty,
            SuppressTokens = SuppressTokens ?? defaults.SuppressTokens,
            BeginSuppressTokens = BeginSuppressTokens ?? defaults.BeginSuppressTokens,
            PadTokenId = PadTokenId ?? defaults.PadTokenId,
            BosTokenId = BosTokenId ?? defaults.BosTokenId,
            EosTokenId = EosTokenId ?? defaults.EosTokenId,
            AdditionalFields = AdditionalFields ?? defaults.AdditionalFields,
        };
    }
}
