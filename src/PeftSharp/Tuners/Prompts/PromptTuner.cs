using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>
/// The base class of tuning methods that train virtual tokens before the text. The model is called with the embeddings of virtual tokens
/// and text instead of token ids; masks, positions, labels and the key-value cache include the virtual tokens.
/// </summary>
/// <remarks>
/// <para>
/// Outputs per token (such as the logits of a language model and hidden states) begin with the outputs of the virtual tokens, as
/// in peft. Generated sequences do not contain virtual tokens. Positions that the caller passes refer to the text and are increased by the
/// number of virtual tokens; peft ignores such positions.
/// </para>
/// <para>
/// One adapter can be active at a time, and all rows of a batch use the same one. Thread safety: <see cref="Forward"/> is called from
/// several threads at once in evaluation mode.
/// </para>
/// </remarks>
/// <typeparam name="TConfig">The configuration type of the tuning method.</typeparam>
public abstract class PromptTuner<TConfig> : Tuner where TConfig : PromptLearningConfig
{
    internal override bool IsModelNested => false;

    /// <summary>Creates the virtual tokens of an adapter, with their initial values.</summary>
    /// <param name="embeddings">The model's token embeddings.</param>
    /// <param name="config">The adapter's configuration.</param>
    /// <param name="isNew">Whether the adapter is new; false if the values are loaded from a file afterwards.</param>
    /// <exception cref="ArgumentException">The configuration is invalid for the model.</exception>
    protected abstract PromptAdapter CreatePrompt(LayerTarget embeddings, TConfig config, bool isNew);

    /// <inheritdoc/>
    protected internal override PeftConfig PrepareConfig(PeftConfig config)
    {
        if (Model.InputEmbeddings is not { } embeddings || LayerTarget.FromModule(embeddings) is not { } target
            || Model.Inputs.All(input => input.Kind != InputKind.Embeddings))
            throw new ArgumentException($"{config.PeftType} adds embeddings before the text, but {Model.GetName()} does not support "
                + "embeddings as input (inputs_embeds). Use another method for this model.");
        var (prompt, shape) = ((TConfig)config, (Model.Config as TextConfig)?.AttentionShape);
        var width = (int)EmbeddingWeight(target).shape[1];
        if (prompt.TokenDim is { } given && given != width)
            throw new ArgumentException($"{config.NameOf(nameof(prompt.TokenDim))} is {given}, but the width of the embeddings of "
                + $"{Model.GetName()} is {width}. Leave TokenDim null, or load the base model of the adapter.");
        if (Model.Inputs.First(input => input.Kind == InputKind.Embeddings).MaxLength is { } positions
            && prompt.NumVirtualTokens >= positions)
            throw new ArgumentException($"{config.NameOf(nameof(prompt.NumVirtualTokens))} is {prompt.NumVirtualTokens}, "
                + $"but {Model.GetName()} has {positions} positions: no positions would remain for the text. "
                + "Use fewer virtual tokens.");
        TaskType? task = Model.Objective switch
        {
            CausalLMObjective => TaskType.CausalLM,
            null => TaskType.FeatureExtraction,
            _ => null,
        };
        return prompt with
        {
            TaskType = prompt.TaskType ?? task,
            TokenDim = width,
            NumTransformerSubmodules = 1,
            NumAttentionHeads = prompt.NumAttentionHeads ?? shape?.Heads,
            NumLayers = prompt.NumLayers ?? shape?.Layers,
        };
    }

    /// <inheritdoc/>
    protected override PeftConfig Attach(string adapterName, PeftConfig config, bool isNew)
    {
        if (isNew && config.TaskType is null && TaskOf(Model.Objective) is { } task)
            throw new ArgumentException($"TaskType is not set. Without it, the head of {Model.GetName()} would not be trained with "
                + $"the virtual tokens, and peft would ignore the virtual tokens. Set TaskType.{task}.");
        AddSharedWeights(adapterName, CreatePrompt(LayerTarget.FromModule(Model.InputEmbeddings!)!, (TConfig)config, isNew));
        return config;
    }

    /// <inheritdoc/>
    protected internal override string? GetActivationError(IReadOnlyList<string> adapterNames) =>
        adapterNames is { Count: > 1 } ? "each adds its own virtual tokens before the text. Activate only one of them." : null;

    /// <inheritdoc/>
    protected internal override string? GetMergeError(string adapterName) => "virtual tokens are part of the input and do not "
        + "change weights";

    /// <inheritdoc/>
    protected internal override IEnumerable<KeyValuePair<string, Tensor>> GetFileTensors(string adapterName, PeftConfig config) =>
        base.GetFileTensors(adapterName, config).Append(KeyValuePair.Create("prompt_embeddings", Prompt(adapterName).SavedEmbeddings));

    /// <inheritdoc/>
    protected internal override int CountVirtualTokens(AdapterChoice adapters) => GetPrompt(adapters)?.TokenCount ?? 0;

    /// <inheritdoc/>
    protected internal override ModelOutput Forward(
        ModelInputs inputs, ForwardOptions options, AdapterChoice adapters, Func<ModelInputs, ForwardOptions, ModelOutput> model)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(model);
        if (GetPrompt(adapters) is not { } prompt) return model(inputs, options);
        var isFirst = options.PastKeyValues is not { Length: > 0 };
        var extended = isFirst
            ? VirtualTokenInputs.Add(inputs, prompt.Embeddings(), Model)
            : VirtualTokenInputs.Continue(inputs, prompt.TokenCount, Model);
        return model(extended, options);
    }

    private PromptAdapter Prompt(string adapterName) => (PromptAdapter)GetSharedWeights(adapterName)!;

    /// <summary>The virtual tokens of a call; null for the base model.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    /// <exception cref="NotSupportedException">Rows of the batch use different adapters.</exception>
    protected PromptAdapter? GetPrompt(AdapterChoice adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        var names = (adapters.Rows ?? adapters.Active).Distinct(StringComparer.Ordinal).ToArray();
        if (names.Length > 1)
            throw new NotSupportedException("Rows of one batch cannot have different virtual tokens "
                + $"({string.Join(", ", names.Select(name => $"'{name}'"))}). Call the model once for each adapter.");
        return names is [var name] && name != AdapterChoice.BaseModel ? Prompt(name) : null;
    }

    /// <inheritdoc/>
    internal override string? UnmatchedEntries(PeftConfig config)
    {
        if (base.UnmatchedEntries(config) is { } unmatched) return unmatched;
        var (prompt, shape) = ((TConfig)config, (Model.Config as TextConfig)?.AttentionShape);
        if (shape is null) return null;
        return prompt.NumLayers is { } layers && layers != shape.Layers ? $"num_layers is {layers}, but the model has {shape.Layers} "
            + "layers: the adapter was trained on another model."
            : prompt.NumAttentionHeads is { } heads && heads != shape.Heads ? $"num_attention_heads is {heads}, but the model has "
            + $"{shape.Heads} heads: the adapter was trained on another model." : null;
    }

    /// <summary>The task of an objective whose head is trained with an adapter; null for others.</summary>
    private static TaskType? TaskOf(Objective? objective) => objective switch
    {
        SequenceClassificationObjective => TaskType.SeqCls,
        TokenClassificationObjective => TaskType.TokenCls,
        QuestionAnsweringObjective => TaskType.QuestionAns,
        _ => null,
    };

    private static TorchSharp.Modules.Parameter EmbeddingWeight(LayerTarget target) =>
        target.HasWeight ? target.Weight : target.Layer.parameters().First();
}
