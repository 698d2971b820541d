using System.Text.RegularExpressions;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Selects the parameters to train and those of them that get weight decay, as transformers' trainer does.</summary>
/// <remarks>
/// Frozen parameters are left out. No decay is applied to the parameters of a module marked <see cref="IExemptFromWeightDecay"/> or of TorchSharp's <c>LayerNorm</c>, nor to parameters
/// whose name matches one of transformers' patterns: it contains <c>bias</c>, <c>layernorm</c> or <c>rmsnorm</c>, or one of its parts is <c>norm</c> or ends in <c>_norm</c>.
/// </remarks>
public static partial class ParameterGroups
{
    /// <summary>The trainable parameters of a model in two groups: those that decay, then those that do not; an empty group is left out.</summary>
    /// <param name="model">The model, on its device and in its precision: a later move gives it other parameters.</param>
    /// <param name="weightDecay">The decay of the first group.</param>
    /// <exception cref="ArgumentException">Every parameter of the model is frozen.</exception>
    public static IReadOnlyList<ParameterGroup> Of(nn.Module model, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(model);
        var decaying = GetDecayParameterNames(model);
        var trainable = model.named_parameters().Where(entry => entry.parameter.requires_grad)
            .Select(entry => new NamedParameter(entry.name, entry.parameter)).ToLookup(entry => decaying.Contains(entry.Name));
        if (trainable.Count == 0)
            throw new ArgumentException($"Every parameter of {model.GetName()} is frozen: there is nothing to train. Set requires_grad, or add an adapter.", nameof(model));
        ParameterGroup[] groups = [new(trainable[true]) { WeightDecay = weightDecay }, new(trainable[false])];
        return Array.FindAll(groups, group => group.Parameters.Count > 0);
    }

    /// <summary>The names of the parameters that decay, frozen ones included; transformers' <c>get_decay_parameter_names</c>.</summary>
    public static IReadOnlySet<string> GetDecayParameterNames(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var exempt = model.named_modules().Where(entry => entry.module is IExemptFromWeightDecay or LayerNorm).Select(entry => entry.name + ".").ToArray();
        return model.named_parameters().Select(entry => entry.name)
            .Where(name => !ExemptName().IsMatch(name) && !Array.Exists(exempt, module => name.StartsWith(module, StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExemptName();
}
