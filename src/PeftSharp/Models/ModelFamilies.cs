using PeftSharp.Modeling;
using PeftSharp.Models.Bert;
using PeftSharp.Models.Clip;
using PeftSharp.Models.DebertaV2;
using PeftSharp.Models.DistilBert;
using PeftSharp.Models.Electra;
using PeftSharp.Models.Gemma3;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.Mistral;
using PeftSharp.Models.ModernBert;
using PeftSharp.Models.Phi3;
using PeftSharp.Models.Qwen2;
using PeftSharp.Models.Qwen3;
using PeftSharp.Models.Roberta;
using PeftSharp.Models.Vit;
using PeftSharp.Models.XlmRoberta;

namespace PeftSharp.Models;

/// <summary>
/// The registry of model families that the <c>Auto…</c> classes support. Add custom families with <see cref="Register"/>.
/// </summary>
/// <remarks>Thread safety: all members can be called from several threads at once.</remarks>
public static class ModelFamilies
{
    private static readonly Lock _gate = new();
    private static readonly Dictionary<string, ModelFamily> _families = new ModelFamily[]
    {
        BertFamily.Instance,
        ClipFamily.Instance,
        ClipTextFamily.Instance,
        ClipVisionFamily.Instance,
        DebertaV2Family.Instance,
        DistilBertFamily.Instance,
        ElectraFamily.Instance,
        Gemma3Family.Instance,
        Gpt2Family.Instance,
        LlamaFamily.Instance,
        MistralFamily.Instance,
        ModernBertFamily.Instance,
        Phi3Family.Instance,
        Qwen2Family.Instance,
        Qwen3Family.Instance,
        RobertaFamily.Instance,
        VitFamily.Instance,
        XlmRobertaFamily.Instance,
    }.ToDictionary(family => family.ModelType, StringComparer.Ordinal);

    /// <summary>The <c>model_type</c> of each registered family.</summary>
    public static IReadOnlyList<string> ModelTypes
    {
        get { lock (_gate) return [.. _families.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>All registered families.</summary>
    internal static IReadOnlyList<ModelFamily> All
    {
        get { lock (_gate) return [.. _families.Values]; }
    }

    /// <summary>Registers a family. The family replaces a registered family with the same <c>model_type</c>.</summary>
    /// <param name="family">The family.</param>
    public static void Register(ModelFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        lock (_gate) _families[family.ModelType] = family;
    }

    /// <summary>Returns the family of a <c>model_type</c>.</summary>
    /// <param name="modelType">The value of <c>model_type</c>, such as <c>bert</c>.</param>
    /// <exception cref="CheckpointException">The model type is not supported; the message lists the supported types.</exception>
    public static ModelFamily Get(string modelType)
    {
        lock (_gate)
            if (_families.TryGetValue(modelType, out var family)) return family;
        throw new CheckpointException($"Model type '{modelType}' (model_type in config.json) is not supported. Supported types: "
            + $"{string.Join(", ", ModelTypes)}. Register a custom family with ModelFamilies.Register.");
    }
}
