using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>Resolves tied weights in a checkpoint, which may contain them under either name or under both.</summary>
/// <remarks>
/// Corresponds to transformers' <c>tie_weights</c>. If a checkpoint contains only one of the two names, its values are used for both
/// weights. If it contains different values under the two names, the weights are not tied.
/// </remarks>
internal static class TiedWeights
{
    /// <summary>Whether the checkpoint contains different values for two weights that are tied in <paramref name="model"/>.</summary>
    internal static bool Differ(PretrainedModel model, CheckpointTensors checkpoint)
    {
        if (!model.Config.TieWordEmbeddings || model.OutputEmbeddings is null) return false;
        var keys = KeysOf(model, checkpoint);
        return model.Family.TiedWeights.Any(pair => keys.TryGetValue(pair.Key, out var target)
            && keys.TryGetValue(pair.Value, out var source) && !Same(checkpoint, target, source));
    }

    /// <summary>Completes the mapping from keys to names for tied weights.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">
    /// The name in the model for each key of the checkpoint. If the checkpoint contains a tied weight (target) but not the weight to which
    /// it is tied (source), the name of the target is replaced by the name of the source.
    /// </param>
    /// <param name="parameters">The names of the model's parameters.</param>
    /// <param name="untied">
    /// Whether the model was untied because the checkpoint contains different values: a target that is missing in the checkpoint then gets
    /// the values of its source.
    /// </param>
    /// <returns>The keys of redundant tensors, and the parameters that get a copy of a tensor, each with the key of this tensor.</returns>
    internal static (HashSet<string> Redundant, Dictionary<string, string> Copies) Resolve(
        PretrainedModel model, Dictionary<string, string> names, IReadOnlySet<string> parameters, bool untied)
    {
        var redundant = new HashSet<string>(StringComparer.Ordinal);
        var copies = new Dictionary<string, string>(StringComparer.Ordinal);
        var keyOf = ByName(names);
        foreach (var (target, source) in model.Family.TiedWeights)
        {
            var hasTarget = keyOf.TryGetValue(target, out var targetKey);
            var hasSource = keyOf.TryGetValue(source, out var sourceKey) || keyOf.TryGetValue(InBase(source, model), out sourceKey);
            if (parameters.Contains(target))
            {
                if (untied && !hasTarget && hasSource) copies[target] = sourceKey!;
                if (hasSource && !parameters.Contains(source)) redundant.Add(sourceKey!);
            }
            else if (hasTarget && model.Config.TieWordEmbeddings)
            {
                var place = parameters.Contains(source) ? source : InBase(source, model);
                if (!parameters.Contains(place)) continue;
                if (!hasSource) names[targetKey!] = place;
                else if (model.OutputEmbeddings is not null) redundant.Add(targetKey!);
            }
        }
        return (redundant, copies);
    }

    /// <summary>
    /// The state of the model for a checkpoint. If a weight is not tied and its source is not a parameter of the model, the source is
    /// included with the values of the weight: the classes of transformers have such a parameter, and report it if it is missing.
    /// </summary>
    internal static IEnumerable<KeyValuePair<string, Tensor>> WithUnusedSources(PretrainedModel model)
    {
        var state = ModelState.Of(model);
        return state.Concat(model.Family.TiedWeights
            .Where(pair => state.ContainsKey(pair.Key) && !state.ContainsKey(pair.Value))
            .Select(pair => KeyValuePair.Create(pair.Value, state[pair.Key])));
    }

    private static string InBase(string name, PretrainedModel model) =>
        name.StartsWith(model.Family.BaseModelPrefix + ".", StringComparison.Ordinal)
            ? name[(model.Family.BaseModelPrefix.Length + 1)..]
            : name;

    private static Dictionary<string, string> KeysOf(PretrainedModel model, CheckpointTensors checkpoint) =>
        ByName(KeyMapping.ToModel(checkpoint.Tensors.Keys, ModelState.Of(model).Keys.Concat(model.Family.TiedWeights.Keys), model.Family));

    private static Dictionary<string, string> ByName(Dictionary<string, string> names) =>
        names.GroupBy(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    private static bool Same(CheckpointTensors checkpoint, string target, string source)
    {
        var (a, b) = (checkpoint.Tensors[target], checkpoint.Tensors[source]);
        if (!a.Shape.SequenceEqual(b.Shape)) return false;
        using var scope = NewDisposeScope();
        var (left, right) = (checkpoint.Map(target), checkpoint.Map(source));
        if (left.dtype != right.dtype) (left, right) = (left.to(ScalarType.Float32), right.to(ScalarType.Float32));
        return left.eq(right).all().item<bool>();
    }
}
