using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>One call of <c>Generate</c>, checked and resolved: prompts on the device, and every option with its value.</summary>
internal sealed class GenerationPlan
{
    private const int DefaultNewTokens = 20;

    /// <param name="model">The model that will write.</param>
    /// <param name="prompt">What it begins with.</param>
    /// <param name="asked">What the caller set.</param>
    /// <param name="generator">The random numbers of sampling; null: libtorch's generator.</param>
    /// <exception cref="ArgumentException">The options or the prompt make no sense, by themselves or together.</exception>
    internal GenerationPlan(PretrainedModel model, Prompt prompt, GenerationOptions asked, Generator? generator)
    {
        (Options, Adapters, Generator) = (asked, asked.Adapters, generator);
        if (!model.CanGenerate)
            throw new ArgumentException($"{model.GetName()} does not score next tokens, so it cannot generate text. " + (model.Family.Builders.ContainsKey(ModelTask.CausalLM)
                ? "Load the folder with AutoModelForCausalLM." : $"No model of the family '{model.Family.ModelType}' can; use a causal language model such as GPT-2."));
        Config = asked.Or(model.GenerationConfig);
        Config.Validate();
        asked.RefuseWithoutEffect(Config);
        if (generator is not null && !DoSample) throw new ArgumentException("seed is set, but only used when tokens are sampled: set do_sample (DoSample = true) or leave it out.");
        (Model, Eos, Pad) = (model, Config.EosTokenId ?? [], Config.PadTokenId ?? Config.EosTokenId?[0]);
        var (ids, mask) = prompt.Read(model.Device);
        (PromptIds, PromptMask) = (ids, Padding(ids, mask));
        VirtualTokens = model.VirtualTokens(new ForwardOptions { AdapterNames = Adapters });
        MaxLength = Length(asked);
        CheckTokens(asked);
        CheckEffects(asked);
        Check();
    }

    internal PretrainedModel Model { get; }

    /// <summary>What the caller set.</summary>
    internal GenerationOptions Options { get; }

    private TextConfig Text => (TextConfig)Model.Config;

    /// <summary>An adapter for all prompts or for each; null: those of the model.</summary>
    internal IReadOnlyList<string>? Adapters { get; }

    /// <summary>The random numbers of sampling; null: libtorch's generator.</summary>
    internal Generator? Generator { get; }

    /// <summary>Every option that anyone set.</summary>
    internal GenerationConfig Config { get; }

    /// <summary>Int64 [prompts, tokens].</summary>
    internal Tensor PromptIds { get; }

    /// <summary>1 where a token is read, int64 [prompts, tokens]; null where all are.</summary>
    internal Tensor? PromptMask { get; }

    /// <summary>Tokens that the model puts before each prompt by itself (prompt tuning); they take positions and are no part of the text.</summary>
    internal int VirtualTokens { get; }

    /// <summary>Most tokens of a text; null: no limit.</summary>
    private int? Positions => Text.MaxPositions - VirtualTokens;

    internal int Prompts => (int)PromptIds.shape[0];

    internal int PromptLength => (int)PromptIds.shape[1];

    /// <summary>Most tokens of prompt and answer.</summary>
    internal int MaxLength { get; }

    /// <summary>Ends of text; empty where there is none.</summary>
    internal IReadOnlyList<int> Eos { get; }

    /// <summary>Fills rows that ended; null where neither padding nor an end of text is known.</summary>
    internal int? Pad { get; }

    internal bool DoSample => Config.DoSample ?? false;

    internal int NumBeams => Config.NumBeams ?? 1;

    internal int NumReturnSequences => Config.NumReturnSequences ?? 1;

    internal bool UseCache => (Config.UseCache ?? true) && Model.OptionNames.Contains("past_key_values");

    /// <summary>Rows that run for each prompt.</summary>
    internal int RowsPerPrompt => Math.Max(NumBeams, NumReturnSequences);

    /// <summary>The mask, or null where it hides nothing; without one, padding is what the padding token says, unless that is an end of text too.</summary>
    private Tensor? Padding(Tensor ids, Tensor? mask)
    {
        if (mask is null && Config.PadTokenId is { } pad && !Eos.Contains(pad)) mask = ids.ne(pad);
        if (mask is not null && !mask.shape.SequenceEqual(ids.shape)) throw new ArgumentException($"attention_mask is [{string.Join(", ", mask.shape)}], but input_ids is [{string.Join(", ", ids.shape)}]; they must be alike.");
        mask = mask?.to(ScalarType.Int64);
        return mask is null || mask.numel() == 0 || mask.min().item<long>() == 1 ? null : mask;
    }

    private string OfVirtualTokens => VirtualTokens > 0 ? $" beside the {VirtualTokens} virtual tokens of its adapter" : "";

    private int Length(GenerationConfig asked)
    {
        var newTokens = asked.MaxNewTokens ?? (asked.MaxLength is null ? Config.MaxNewTokens : null);     // what the call says counts, whichever of the two it is
        if (newTokens is { } count) return (int)Math.Min((long)PromptLength + count, int.MaxValue);
        if (Config.MaxLength is { } length) return length;
        return Math.Min(PromptLength + DefaultNewTokens, Math.Max(Positions ?? int.MaxValue, PromptLength + 1));
    }

    /// <summary>What the call itself sets is a token of the model; a model's own file may name an end of text that a smaller vocabulary lacks.</summary>
    private void CheckTokens(GenerationConfig asked)
    {
        var tokens = new (string Name, IReadOnlyList<int>? Ids)[]
        {
            ("pad_token_id", asked.PadTokenId is { } pad ? [pad] : null), ("eos_token_id", asked.EosTokenId),
            ("forced_bos_token_id", Config.ForcedBosTokenId is { } first ? [first] : null), ("forced_eos_token_id", Config.ForcedEosTokenId),
        };
        foreach (var (name, ids) in tokens)
            if (ids?.Any(id => id >= Text.VocabSize) is true)
                throw new ArgumentException($"{name} is {string.Join(", ", ids)}, but the model has {Text.VocabSize} tokens (vocab_size). Take it from the tokenizer that belongs to this model.");
    }

    /// <summary>What the call itself sets has an effect on this prompt.</summary>
    private void CheckEffects(GenerationConfig asked)
    {
        if (asked.ForcedBosTokenId is { } first && PromptLength > 1)
            throw new ArgumentException($"forced_bos_token_id is {first}, but it is only used after a prompt of one token, and the prompt has {PromptLength}: add the token to the prompt, or leave it out.");
        if (Eos.Count > 0) return;
        var needing = new (string Name, bool IsSet)[]
        {
            ("min_length", asked.MinLength is > 0), ("min_new_tokens", asked.MinNewTokens is > 0), ("exponential_decay_length_penalty", asked.ExponentialDecayLengthPenalty is not null),
        }.Where(option => option.IsSet).Select(option => option.Name).ToArray();
        if (needing.Length > 0) throw new ArgumentException($"{string.Join(", ", needing)} is set, but acts on the end of text, and the model knows none: set eos_token_id or leave it out.");
    }

    private void Check()
    {
        if (Prompts == 0 || PromptLength == 0)
            throw new ArgumentException($"The prompt has no token (input_ids is [{string.Join(", ", PromptIds.shape)}]). Begin with one, for example with the token that begins texts (bos_token_id {Config.BosTokenId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "is not set"}).");
        if (PromptMask is { } mask)
        {
            if (mask.select(1, PromptLength - 1).min().item<long>() == 0)
                throw new ArgumentException("A row of the prompt ends with padding, so the answer would begin behind it. Pad on the left: tokenizer.PaddingSide = PaddingSide.Left.");
        }
        if (Positions is { } positions && PromptLength > positions)
            throw new ArgumentException($"The prompt has {PromptLength} tokens, but the model has {positions} positions{OfVirtualTokens}. Truncate it, and leave room for the answer.");
        if (PromptLength >= MaxLength)
            throw new ArgumentException($"The prompt has {PromptLength} tokens and max_length is {MaxLength}, so there is no room for an answer. Set max_new_tokens instead, or a greater max_length.");
        if (Positions is { } most && MaxLength - 1 > most)                                // the last token is not read any more
            throw new ArgumentException($"{PromptLength} tokens of prompt and {MaxLength - PromptLength} new ones are more than the {most} positions of the model{OfVirtualTokens}. Ask for at most {most + 1 - PromptLength} new tokens, or shorten the prompt.");
        var lowest = Math.Max(Config.MinNewTokens is { } fewest ? PromptLength + fewest : 0, Config.MinLength ?? 0);
        if (lowest > MaxLength) throw new ArgumentException($"The text must have at least {lowest} tokens (min_length or min_new_tokens), but at most {MaxLength} (max_length or max_new_tokens).");
        var inputs = new ModelInputs { InputIds = PromptIds };
        Model.CheckOptions(inputs, new ForwardOptions { AdapterNames = Adapters });
        if (PromptIds.device_type == TorchSharp.DeviceType.CPU) Model.CheckInputs(inputs);
    }
}
