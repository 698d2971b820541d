using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>What a model answers: the tensors its head makes, under transformers' names. It owns them: disposing it disposes them.</summary>
/// <remarks>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</remarks>
public sealed class ModelOutput : IDisposable
{
    /// <summary>The loss, float [] (with a gradient while training); null where no labels were given.</summary>
    public Tensor? Loss { get; init; }

    /// <summary>Scores before softmax; the shape is the head's. Null for models without a head and for question answering.</summary>
    public Tensor? Logits { get; init; }

    /// <summary>Scores of each token being the first of the answer, float [batch, tokens].</summary>
    public Tensor? StartLogits { get; init; }

    /// <summary>Scores of each token being the last of the answer, float [batch, tokens].</summary>
    public Tensor? EndLogits { get; init; }

    /// <summary>The last layer's output, float [batch, tokens, hidden].</summary>
    public Tensor? LastHiddenState { get; init; }

    /// <summary>The first token's last hidden state through a dense layer and tanh, float [batch, hidden].</summary>
    public Tensor? PoolerOutput { get; init; }

    /// <summary>The embeddings and each layer's output, float [batch, tokens, hidden] each; empty unless asked for.</summary>
    public IReadOnlyList<Tensor> HiddenStates { get; init; } = [];

    /// <summary>The tensors that are predictions (neither loss nor hidden states), by their Python names, in transformers' order.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Predictions =>
        Named(("logits", Logits), ("start_logits", StartLogits), ("end_logits", EndLogits), ("last_hidden_state", LastHiddenState), ("pooler_output", PoolerOutput));

    /// <summary>Every tensor by its Python name; hidden states as <c>hidden_states.0</c> and so on.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors =>
        Named(("loss", Loss)).Concat(Predictions).Concat(HiddenStates.Select((state, layer) => KeyValuePair.Create($"hidden_states.{layer}", state)));

    /// <summary>Moves every tensor to the scope around the current one, as the last line of a <c>forward</c>.</summary>
    public ModelOutput MoveToOuterDisposeScope()
    {
        foreach (var tensor in Tensors.Select(pair => pair.Value).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>()) tensor.MoveToOuterDisposeScope();   // the last hidden state is there twice
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors) tensor.Dispose();
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(params (string Name, Tensor? Tensor)[] entries) =>
        entries.Where(entry => entry.Tensor is not null).Select(entry => KeyValuePair.Create(entry.Name, entry.Tensor!));
}
