using System.Text.RegularExpressions;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Selects the parameters to train, and the parameters with weight decay, as the trainer of transformers does.</summary>
/// <remarks>
/// Two kinds of parameters have no weight decay. The first kind are the parameters of modules with the interface
/// <see cref="IExemptFromWeightDecay"/> and of TorchSharp's <c>LayerNorm</c>. The second kind are parameters whose name matches a pattern
/// of transformers, ignoring case: the name contains <c>bias</c>, <c>layernorm</c> or <c>rmsnorm</c>, or a part of the name between dots is
/// <c>norm</c> or ends with <c>_norm</c>.
/// </remarks>
public static partial class ParameterGroups
{
    /// <summary>
    /// Returns the trainable parameters of a model in two groups: first the parameters with weight decay, then those without. An empty
    /// group is left out.
    /// </summary>
    /// <param name="model">The model. Move it to its device and data type first: moving it later replaces its parameters.</param>
    /// <param name="weightDecay">The weight decay coefficient of the first group.</param>
    /// <exception cref="ArgumentException">All parameters of the model are frozen.</exception>
    public static IReadOnlyList<ParameterGroup> Create(nn.Module model, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(model);
        var decaying = GetDecayParameterNames(model);
        var trainable = model.named_parameters().Where(entry => entry.parameter.requires_grad)
            .Select(entry => new NamedParameter(entry.name, entry.parameter)).ToLookup(entry => decaying.Contains(entry.Name));
        if (trainable.Count == 0)
            throw new ArgumentException(
                $"All parameters of {model.GetName()} are frozen. "
                + "Set requires_grad to true for the parameters to train, or add an adapter.", nameof(model));
        ParameterGroup[] groups = [new(trainable[true]) { WeightDecay = weightDecay }, new(trainable[false])];
        return Array.FindAll(groups, group => group.Parameters.Count > 0);
    }

    /// <summary>
    /// Returns the names of the parameters with weight decay, including frozen ones. Corresponds to <c>get_decay_parameter_names</c> in
    /// transformers.
    /// </summary>
    /// <param name="model">The model.</param>
    public static IReadOnlySet<string> GetDecayParameterNames(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var exempt = model.named_modules().Where(entry => entry.module is IExemptFromWeightDecay or LayerNorm)
            .Select(entry => entry.name + ".").ToArray();
        return model.named_parameters().Select(entry => entry.name)
            .Where(name => !ExemptName().IsMatch(name)
                && !Array.Exists(exempt, module => name.StartsWith(module, StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExemptName();
}
