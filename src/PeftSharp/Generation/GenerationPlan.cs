using PeftSharp.Internal;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>A validated call of <c>Generate</c>: prompts on the device, and the effective value of every option.</summary>
internal sealed class GenerationPlan
{
    private const int DefaultNewTokens = 20;

    /// <param name="model">The model that generates.</param>
    /// <param name="prompt">The prompts.</param>
    /// <param name="asked">The options of the caller.</param>
    /// <param name="generator">The random generator for sampling. Null: libtorch's generator.</param>
    /// <exception cref="ArgumentException">The options or the prompt are invalid, individually or in combination.</exception>
    internal GenerationPlan(PretrainedModel model, Prompt prompt, GenerationOptions asked, Generator? generator)
    {
        (Options, Adapters, Generator) = (asked, asked.Adapters, generator);
        if (!model.CanGenerate)
            throw new ArgumentException($"{model.GetName()} is not a causal language model, "
                + "so it cannot generate text. " + (model.Family.Builders.ContainsKey(ModelTask.CausalLM)
                ? "Load the folder with AutoModelForCausalLM." : $"The family '{model.Family.ModelType}' has no causal language "
                + "model. Use another model, such as GPT-2."));
        Config = Combine(asked, model.GenerationConfig);
        Config.Validate();
        asked.RefuseWithoutEffect(Config);
        if (generator is not null && !DoSample)
            throw new ArgumentException("Seed is set, but is used only for sampling. Set DoSample = true, or remove Seed.");
        (Model, Eos, Pad) = (model, Config.EosTokenId ?? [], Config.PadTokenId ?? Config.EosTokenId?[0]);
        var (ids, mask) = prompt.Read(model.Device);
        (PromptIds, PromptMask) = (ids, Padding(ids, mask));
        VirtualTokens = model.CountVirtualTokens(new ForwardOptions { AdapterNames = Adapters });
        MaxLength = Length();
        CheckTokens(asked);
        CheckEffects(asked);
        Check();
    }

    internal PretrainedModel Model { get; }

    /// <summary>The options of the caller.</summary>
    internal GenerationOptions Options { get; }

    private TextConfig Text => (TextConfig)Model.Config;

    /// <summary>One adapter for all prompts, or one per prompt; null if the call does not select adapters.</summary>
    internal IReadOnlyList<string>? Adapters { get; }

    /// <summary>The random generator for sampling; null: libtorch's generator.</summary>
    internal Generator? Generator { get; }

    /// <summary>The combined options of the caller and the model.</summary>
    internal GenerationConfig Config { get; }

    /// <summary>The token ids of the prompts, int64 [prompts, tokens].</summary>
    internal Tensor PromptIds { get; }

    /// <summary>1 for tokens that are attended to, int64 [prompts, tokens]; null if all tokens are attended to.</summary>
    internal Tensor? PromptMask { get; }

    /// <summary>
    /// Number of tokens that the model inserts before each prompt (prompt tuning); they occupy positions but are not part of the text.
    /// </summary>
    internal int VirtualTokens { get; }

    /// <summary>Maximum number of tokens of a sequence; null: no limit.</summary>
    private int? Positions => Text.MaxPositions - VirtualTokens;

    internal int Prompts => (int)PromptIds.shape[0];

    internal int PromptLength => (int)PromptIds.shape[1];

    /// <summary>Maximum number of tokens of prompt and generated text.</summary>
    internal int MaxLength { get; }

    /// <summary>The end-of-sequence tokens; empty if there are none.</summary>
    internal IReadOnlyList<int> Eos { get; }

    /// <summary>The padding token of finished rows; null if there is neither a padding nor an end-of-sequence token.</summary>
    internal int? Pad { get; }

    internal bool DoSample => Config.DoSample ?? false;

    internal int NumBeams => Config.NumBeams ?? 1;

    internal int NumReturnSequences => Config.NumReturnSequences ?? 1;

    internal bool UseCache => (Config.UseCache ?? true) && Model.OptionNames.Contains("past_key_values");

    /// <summary>Number of rows per prompt.</summary>
    internal int RowsPerPrompt => Math.Max(NumBeams, NumReturnSequences);

    /// <summary>
    /// Returns the attention mask; null if no token is masked. If no mask is given, padding is detected by the padding token, unless the
    /// padding token is also an end-of-sequence token.
    /// </summary>
    private Tensor? Padding(Tensor ids, Tensor? mask)
    {
        if (mask is null && Config.PadTokenId is { } pad && !Eos.Contains(pad)) mask = ids.ne(pad);
        if (mask is not null && !mask.shape.SequenceEqual(ids.shape))
            throw new ArgumentException($"attention_mask has shape [{string.Join(", ", mask.shape)}], "
                + $"but input_ids has shape [{string.Join(", ", ids.shape)}]. Both must have the same shape.");
        mask = mask?.to(ScalarType.Int64);
        return mask is null || mask.numel() == 0 || mask.min().item<long>() == 1 ? null : mask;
    }

    private string OfVirtualTokens =>
        VirtualTokens > 0 ? $" in addition to the {Quantity.Of(VirtualTokens, "virtual token")} of its adapter" : "";

    /// <summary>
    /// Combines the options of a call and of the model. MaxNewTokens or MaxLength of the call replaces both options of the model, and
    /// MinNewTokens replaces MinLength, as in transformers.
    /// </summary>
    private static GenerationConfig Combine(GenerationConfig asked, GenerationConfig model)
    {
        if ((asked.MaxNewTokens ?? asked.MaxLength) is not null) model = model with { MaxNewTokens = null, MaxLength = null };
        var combined = asked.WithDefaults(model);
        return combined.MinNewTokens is null ? combined : combined with { MinLength = null };
    }

    private int Length()
    {
        if (Config.MaxNewTokens is { } count) return (int)Math.Min((long)PromptLength + count, int.MaxValue);
        if (Config.MaxLength is { } length) return length;
        return Math.Min(PromptLength + DefaultNewTokens, Math.Max(Positions ?? int.MaxValue, PromptLength + 1));
    }

    /// <summary>
    /// Checks that the token ids of the call are in the vocabulary. The padding and end-of-sequence tokens in the file of the model are not
    /// checked, because the file may name tokens that a smaller vocabulary does not have.
    /// </summary>
    private void CheckTokens(GenerationConfig asked)
    {
        var tokens = new (string Name, IReadOnlyList<int>? Ids)[]
        {
            (nameof(asked.PadTokenId), asked.PadTokenId is { } pad ? [pad] : null), (nameof(asked.EosTokenId), asked.EosTokenId),
            (nameof(asked.ForcedBosTokenId), Config.ForcedBosTokenId is { } first ? [first] : null),
            (nameof(asked.ForcedEosTokenId), Config.ForcedEosTokenId),
        };
        foreach (var (name, ids) in tokens)
            if (ids?.Any(id => id >= Text.VocabSize) is true)
                throw new ArgumentException($"{name} is {string.Join(", ", ids)}, but the vocabulary of the model has "
                    + $"{Text.VocabSize} tokens (vocab_size). Use ids of this model's tokenizer.");
    }

    /// <summary>Checks that all options of the call have an effect on this prompt.</summary>
    private void CheckEffects(GenerationConfig asked)
    {
        if (asked.ForcedBosTokenId is { } first && PromptLength > 1)
            throw new ArgumentException($"ForcedBosTokenId is {first}, but it is used only after a prompt of one token, "
                + $"and the prompt has {PromptLength} tokens. Append the token to the prompt, or remove the option.");
        if (Eos.Count == 0 && asked.ExponentialDecayLengthPenalty is not null)
            throw new ArgumentException("ExponentialDecayLengthPenalty is set, but requires an end-of-sequence token, and the model has "
                + "none. Set EosTokenId, or remove the option.");
    }

    private void Check()
    {
        if (Prompts == 0 || PromptLength == 0)
            throw new ArgumentException(
                $"The prompt is empty (input_ids has shape [{string.Join(", ", PromptIds.shape)}]). Provide at least one token, "
                + "for example the beginning-of-sequence token (BosTokenId "
                + $"{Config.BosTokenId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "is not set"}).");
        if (PromptMask is { } mask)
        {
            if (mask.select(1, PromptLength - 1).min().item<long>() == 0)
                throw new ArgumentException("A row of the prompt ends with padding, after which text cannot be generated. "
                    + "Pad on the left: tokenizer.PaddingSide = PaddingSide.Left.");
        }
        if (Positions is { } positions && PromptLength > positions)
            throw new ArgumentException($"The prompt has {PromptLength} tokens, but the model has {positions} "
                + $"positions{OfVirtualTokens}. Truncate the prompt so that positions remain for the generated text.");
        if (PromptLength >= MaxLength)
            throw new ArgumentException($"The prompt has {Quantity.Of(PromptLength, "token")} and MaxLength is {MaxLength}, so no token "
                + "can be generated. Set MaxNewTokens instead, or increase MaxLength.");
        if (Positions is { } most && MaxLength - 1 > most)                                // the last token is not an input
            throw new ArgumentException($"The prompt ({Quantity.Of(PromptLength, "token")}) and the text "
                + $"({Quantity.Of(MaxLength - PromptLength, "new token")}) exceed the {most} positions of the model{OfVirtualTokens}. "
                + $"Set MaxNewTokens to at most {most + 1 - PromptLength}, "
                + "or shorten the prompt.");
        var lowest = Config.MinNewTokens is { } fewest ? (long)PromptLength + fewest : Config.MinLength ?? 0;
        if (lowest > MaxLength)
            throw new ArgumentException($"The sequence must have at least {lowest} tokens (MinLength or MinNewTokens), "
                + $"but at most {MaxLength} are allowed (MaxLength or MaxNewTokens). Reduce the minimum, or increase the maximum.");
        var inputs = new ModelInputs { InputIds = PromptIds };
        Model.CheckOptions(inputs, new ForwardOptions { AdapterNames = Adapters });
        if (PromptIds.device_type == TorchSharp.DeviceType.CPU) Model.CheckInputs(inputs);
    }
}
