using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>A method that puts trained virtual tokens before the text: in place of ids the model reads the embeddings of both. Masks, positions, labels and the key-value cache count the virtual tokens.</summary>
/// <remarks>
/// <para>Outputs for tokens (logits of a language model, hidden states, scores of an answer's first and last token) begin with those of the virtual tokens, as in peft. Generated texts do not.
/// The caller's positions are those of the text and start after the virtual tokens; peft ignores them.</para>
/// <para>One adapter can be active at a time, and all rows of a batch have the same one. Thread safety: several threads call <see cref="Forward"/> at once in evaluation mode.</para>
/// </remarks>
/// <typeparam name="TConfig">The method's configuration.</typeparam>
public abstract class PromptTuner<TConfig> : Tuner where TConfig : PromptLearningConfig
{
    internal override bool IsModelNested => false;

    /// <summary>Creates the virtual tokens of an adapter, with their initial values.</summary>
    /// <param name="embeddings">The model's token embeddings.</param>
    /// <param name="config">The adapter's configuration.</param>
    /// <param name="isNew">Whether training starts from the initial values; false where values from a file replace them.</param>
    /// <exception cref="ArgumentException">The configuration does not fit the model.</exception>
    protected abstract PromptAdapter CreatePrompt(LayerTarget embeddings, TConfig config, bool isNew);

    /// <inheritdoc/>
    protected internal override PeftConfig Complete(PeftConfig config)
    {
        if (Model.InputEmbeddings is not { } embeddings || LayerTarget.Of(embeddings) is not { } target || Model.Inputs.All(input => input.Kind != InputKind.Embeddings))
            throw new ArgumentException($"{config.PeftType} puts embeddings before the text, but {Model.GetName()} reads no embeddings (inputs_embeds). Use another method for this model.");
        var (prompt, shape) = ((TConfig)config, (Model.Config as TextConfig)?.AttentionShape);
        var width = (int)EmbeddingWeight(target).shape[1];
        if (prompt.TokenDim is { } given && given != width) throw new ArgumentException($"token_dim is {given}, but the embeddings of {Model.GetName()} are {width} wide. Leave TokenDim null, or load the base model of the adapter.");
        if (Model.Inputs.First(input => input.Kind == InputKind.Embeddings).MaxLength is { } positions && prompt.NumVirtualTokens >= positions)
            throw new ArgumentException($"num_virtual_tokens is {prompt.NumVirtualTokens}, but {Model.GetName()} has {positions} positions (max_position_embeddings): no text would fit after the virtual tokens. Use fewer.");
        return prompt with
        {
            TaskType = prompt.TaskType ?? Model.Objective switch { CausalLMObjective => TaskType.CausalLM, null => TaskType.FeatureExtraction, _ => null },
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
            throw new ArgumentException($"TaskType is not set. Without it the head of {Model.GetName()} would not be trained beside the virtual tokens, and peft would load the adapter without them. Set TaskType.{task}.");
        AddShared(adapterName, CreatePrompt(LayerTarget.Of(Model.InputEmbeddings!)!, (TConfig)config, isNew));
        return config;
    }

    /// <inheritdoc/>
    protected internal override string? ActivationObstacle(IReadOnlyList<string> adapterNames) =>
        adapterNames is { Count: > 1 } ? "each puts its own virtual tokens before the text. Activate one of them." : null;

    /// <inheritdoc/>
    protected internal override string? MergeObstacle(string adapterName) => "virtual tokens are part of the input, and no weight changes";

    /// <inheritdoc/>
    protected internal override IEnumerable<KeyValuePair<string, Tensor>> FileTensors(string adapterName, PeftConfig config) =>
        base.FileTensors(adapterName, config).Append(KeyValuePair.Create("prompt_embeddings", Prompt(adapterName).SavedEmbeddings));

    /// <inheritdoc/>
    protected internal override int VirtualTokens(AdapterChoice adapters) => PromptOf(adapters)?.Tokens ?? 0;

    /// <inheritdoc/>
    protected internal override ModelOutput Forward(ModelInputs inputs, ForwardOptions options, AdapterChoice adapters, Func<ModelInputs, ForwardOptions, ModelOutput> model)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(model);
        if (PromptOf(adapters) is not { } prompt) return model(inputs, options);
        var isFirst = options.PastKeyValues is not { Length: > 0 };
        return model(isFirst ? VirtualTokenInputs.Add(inputs, prompt.Embeddings(), Model) : VirtualTokenInputs.Continue(inputs, prompt.Tokens, Model), options);
    }

    private PromptAdapter Prompt(string adapterName) => (PromptAdapter)SharedOf(adapterName)!;

    /// <summary>The virtual tokens of a call; null for the base model.</summary>
    /// <param name="adapters">The adapters of the call.</param>
    /// <exception cref="NotSupportedException">Rows of the batch have different adapters.</exception>
    protected PromptAdapter? PromptOf(AdapterChoice adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        var names = (adapters.Rows ?? adapters.Active).Distinct(StringComparer.Ordinal).ToArray();
        if (names.Length > 1)
            throw new NotSupportedException($"Rows of one batch cannot have different virtual tokens ({string.Join(", ", names.Select(name => $"'{name}'"))}). Call the model once for each adapter.");
        return names is [var name] && name != AdapterChoice.BaseName ? Prompt(name) : null;
    }

    /// <inheritdoc/>
    internal override string? UnmatchedEntries(PeftConfig config)
    {
        if (base.UnmatchedEntries(config) is { } unmatched) return unmatched;
        var (prompt, shape) = ((TConfig)config, (Model.Config as TextConfig)?.AttentionShape);
        if (shape is null) return null;
        return prompt.NumLayers is { } layers && layers != shape.Layers ? $"num_layers is {layers}, and the model has {shape.Layers}: the adapter was trained on another model."
            : prompt.NumAttentionHeads is { } heads && heads != shape.Heads ? $"num_attention_heads is {heads}, and the model has {shape.Heads}: the adapter was trained on another model." : null;
    }

    /// <summary>The task of an objective whose head is trained beside an adapter; null for others.</summary>
    private static TaskType? TaskOf(Objective? objective) => objective switch
    {
        SequenceClassificationObjective => TaskType.SeqCls,
        TokenClassificationObjective => TaskType.TokenCls,
        QuestionAnsweringObjective => TaskType.QuestionAns,
        _ => null,
    };

    private static TorchSharp.Modules.Parameter EmbeddingWeight(LayerTarget target) => target.HasWeight ? target.Weight : target.Layer.parameters().First();
}
