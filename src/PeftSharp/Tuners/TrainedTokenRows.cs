using PeftSharp.Modeling;
using PeftSharp.Serialization;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tuners;

/// <summary>Adds trained rows of embeddings to an adapter (<c>trainable_token_indices</c>).</summary>
internal static class TrainedTokenRows
{
    /// <summary>Adds the trained rows of an adapter to the embeddings.</summary>
    /// <param name="tree">The modules of the model.</param>
    /// <param name="adapter">The name of the adapter.</param>
    /// <param name="tokens">The rows to train.</param>
    /// <param name="field">The name of the property that contains <paramref name="tokens"/>, for errors.</param>
    /// <exception cref="ArgumentException">A name does not match an embedding, or an id is out of range.</exception>
    internal static void Add(AdapterTree tree, string adapter, TokenIndices tokens, string field)
    {
        var targets = tokens.ByModule is { } byModule
            ? byModule.Select(pair => (Place: Embedding(tree, pair.Key, field), Ids: pair.Value))
            : [(InputEmbeddings(tree), tokens.Ids)];
        foreach (var (place, ids) in targets.ToArray())
        {
            var wrapper = place.Module as TrainableTokensWrapper;
            if (wrapper is null)
            {
                var table = TargetOf(tree, place.Module) ?? throw new ArgumentException($"{field} refers to '{place.Path}', "
                    + $"which is {(place.Module is IAdapterModule ? "already adapted" : $"of type {place.Module.GetName()}")}. "
                    + "Specify an embedding, or an untied head of a language model, that is not adapted in another way.");
                wrapper = new TrainableTokensWrapper(table, tree.State);
                AdapterTree.Put(place, wrapper);
            }
            if (ids.Max() is var largest && largest >= wrapper.RowCount)
                throw new ArgumentException($"{field} contains {largest}, but '{place.Path}' has {wrapper.RowCount} rows. "
                    + $"Use ids less than {wrapper.RowCount}.");
            wrapper.Add(adapter, ids);
        }
    }

    // A tied head has no rows of its own.
    private static LayerTarget? TargetOf(AdapterTree tree, Module module) => EmbeddingTarget.FromModule(module) is { } embedding ? embedding
        : module is Linear && ReferenceEquals(module, tree.Model.OutputEmbeddings) ? LinearTarget.FromModule(module) : null;

    private static ModulePlace InputEmbeddings(AdapterTree tree) =>
        tree.Places().First(place => ReferenceEquals(place.Module, tree.Model.InputEmbeddings));

    private static ModulePlace Embedding(AdapterTree tree, string name, string field)
    {
        var places = tree.Places();
        return places.FirstOrDefault(place => place.Path == name || place.Path.EndsWith("." + name, StringComparison.Ordinal))
            ?? throw new ArgumentException($"{field} refers to '{name}', but {tree.Model.GetName()} has no module "
            + $"with this name{NameHint.For(name, places.Select(place => place.Path))}");
    }
}
