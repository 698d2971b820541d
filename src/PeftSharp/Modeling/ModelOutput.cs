using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The result of a forward pass: tensors by their names in transformers, in the order in which the model set them.</summary>
/// <remarks>
/// <para>An output owns its tensors: disposing the output disposes the tensors. A custom model may add tensors with any name.</para>
/// <para>Thread safety: several threads can read an instance at once; setting a tensor and disposing it need exclusive use.</para>
/// </remarks>
public sealed class ModelOutput : IDisposable
{
    private const string LossName = "loss";
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>
    /// Loss, float scalar. Null if the batch has no labels; for a contrastive loss, null unless <see cref="ForwardOptions.ReturnLoss"/> is
    /// set.
    /// </summary>
    public Tensor? Loss { get => this[LossName]; init => this[LossName] = value; }

    /// <summary>
    /// Logits; the shape depends on the head. Null for models without a head, <c>ClipModel</c> and question answering. Also null for a
    /// language model if <see cref="ForwardOptions.LossOnly"/> is set and the batch has labels.
    /// </summary>
    public Tensor? Logits { get => this["logits"]; init => this["logits"] = value; }

    /// <summary>Logits for the position of the first token of the answer, float [batch, tokens] (question answering).</summary>
    public Tensor? StartLogits { get => this["start_logits"]; init => this["start_logits"] = value; }

    /// <summary>Logits for the position of the last token of the answer, float [batch, tokens] (question answering).</summary>
    public Tensor? EndLogits { get => this["end_logits"]; init => this["end_logits"] = value; }

    /// <summary>
    /// Last output of the body, float [batch, tokens, hidden]. If the body has a final normalization layer, this is the output of that
    /// layer, except for the images of CLIP.
    /// </summary>
    public Tensor? LastHiddenState { get => this["last_hidden_state"]; init => this["last_hidden_state"] = value; }

    /// <summary>Pooled output of an encoder, float [batch, hidden].</summary>
    public Tensor? PoolerOutput { get => this["pooler_output"]; init => this["pooler_output"] = value; }

    /// <summary>
    /// The embeddings and the output of each layer, float [batch, tokens, hidden] each; empty unless
    /// <see cref="ForwardOptions.OutputHiddenStates"/> is set. The last element is the output of the final
    /// normalization layer in decoders and ModernBERT, and the input of this layer in ViT and CLIP.
    /// </summary>
    public IReadOnlyList<Tensor> HiddenStates { get; init; } = [];

    /// <summary>
    /// Attention probabilities of each layer, float [batch, heads, queries, tokens] each; empty unless
    /// <see cref="ForwardOptions.OutputAttentions"/> is set.
    /// </summary>
    public IReadOnlyList<Tensor> Attentions { get; init; } = [];

    /// <summary>
    /// The tensor with the given name; null if the model did not set it. Setting null removes the tensor without disposing it.
    /// </summary>
    public Tensor? this[string name]
    {
        get => _tensors.GetValueOrDefault(name);
        set
        {
            if (value is null) _tensors.Remove(name);
            else _tensors[name] = value;
        }
    }

    /// <summary>
    /// The predictions: all tensors except the loss, <see cref="HiddenStates"/> and <see cref="Attentions"/>.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Predictions => _tensors.Where(pair => pair.Key != LossName);

    /// <summary>
    /// All tensors by name; hidden states as <c>hidden_states.0</c> and so on, attentions as <c>attentions.0</c> and so on.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors =>
        _tensors.Concat(Numbered("hidden_states", HiddenStates)).Concat(Numbered("attentions", Attentions));

    /// <summary>Moves all tensors to the outer dispose scope. Call this method at the end of <c>forward</c>.</summary>
    public ModelOutput MoveToOuterDisposeScope()
    {
        // The last hidden state can occur twice, but must be moved only once.
        foreach (var tensor in Tensors.Select(pair => pair.Value).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>())
            tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors) tensor.Dispose();
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Numbered(string name, IReadOnlyList<Tensor> tensors) =>
        tensors.Select((tensor, index) => KeyValuePair.Create($"{name}.{index}", tensor));
}
