using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PeftSharp.Modeling;

/// <summary>What the library knows of a model family: how its configuration is read, which class serves which task, how its checkpoints name things.</summary>
/// <remarks>
/// <para>A new family is one of these and a line in <c>ModelFamilies</c>; nothing else names a family.</para>
/// <para>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</para>
/// </remarks>
public abstract class ModelFamily
{
    /// <summary><c>model_type</c> in <c>config.json</c>, such as <c>bert</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>Name of the headless model inside one with a head: the prefix of its keys, such as <c>bert</c>.</summary>
    public abstract string BaseModelPrefix { get; }

    /// <summary>The class for each task that the family serves; the function only builds, the weights are read after.</summary>
    public abstract IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders { get; }

    /// <summary>The modules of each role, by the end of their path: <c>query</c> means every module whose path is <c>query</c> or ends with <c>.query</c>.</summary>
    public virtual IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } = new Dictionary<ModuleRole, IReadOnlyList<string>>();

    /// <summary>The module names of several roles, each once; empty where the family states none.</summary>
    /// <param name="roles">The roles.</param>
    public IReadOnlyList<string> ModulesOf(params IReadOnlyList<ModuleRole> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return [.. roles.SelectMany(role => Roles.GetValueOrDefault(role, [])).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The value of <see cref="TokenizerClass"/> for families whose tokenizers are what <c>tokenizer.json</c> says.</summary>
    public const string TokenizersBackend = "TokenizersBackend";

    /// <summary>transformers' tokenizer class of the family, such as <c>BertTokenizer</c>. It decides where neither <c>tokenizer_config.json</c> nor <c>config.json</c> names a class;
    /// <see cref="TokenizersBackend"/> decides even where they do, as in transformers. Default null: the files decide.</summary>
    public virtual string? TokenizerClass => null;

    /// <summary>The configuration in <paramref name="json"/>, the content of <c>config.json</c>.</summary>
    /// <remarks>Usually <see cref="PretrainedConfig.FromJson{TConfig}"/>.</remarks>
    /// <exception cref="System.Text.Json.JsonException">A field has a type that it cannot have.</exception>
    public abstract PretrainedConfig ReadConfig(JsonObject json);

    /// <summary>Today's name of a key in an older checkpoint of the family; the key itself where nothing changed.</summary>
    public virtual string RenameKey(string key) => key;

    /// <summary>Class names of transformers that <c>architectures</c> in <c>config.json</c> may hold for this family, such as <c>BertForMaskedLM</c>. They decide where <c>model_type</c> is absent. Default none.</summary>
    public virtual IReadOnlyList<string> Architectures => [];

    /// <summary>Names of weights that are tied to another one while <see cref="PretrainedConfig.TieWordEmbeddings"/> is set, each with the name of that other one, as in a model with a head
    /// (<c>lm_head.weight</c>: <c>transformer.wte.weight</c>). A checkpoint may hold either of the two. Default none.</summary>
    public virtual IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>();

    /// <summary>Whether a key that the model lacks may be passed over in silence, such as stored position numbers.</summary>
    public virtual bool IsObsoleteKey(string key) => false;

    /// <summary>Roles of the modules of <see cref="Layers.EncoderLayer"/>.</summary>
    protected static IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> EncoderRoles { get; } = new Dictionary<ModuleRole, IReadOnlyList<string>>
    {
        [ModuleRole.Query] = ["query"],
        [ModuleRole.Key] = ["key"],
        [ModuleRole.Value] = ["value"],
        [ModuleRole.AttentionOutput] = ["attention.output.dense"],
        [ModuleRole.FeedForwardIn] = ["intermediate.dense"],
        [ModuleRole.FeedForwardOut] = ["output.dense"],             // as peft names it: the output of attention ends so too
        [ModuleRole.Norm] = ["LayerNorm"],
    };

    /// <summary>Roles of the modules of <see cref="Layers.DecoderLayer"/>.</summary>
    protected static IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> DecoderRoles { get; } = new Dictionary<ModuleRole, IReadOnlyList<string>>
    {
        [ModuleRole.Query] = ["q_proj"],
        [ModuleRole.Key] = ["k_proj"],
        [ModuleRole.Value] = ["v_proj"],
        [ModuleRole.AttentionOutput] = ["o_proj"],
        [ModuleRole.FeedForwardIn] = ["gate_proj", "up_proj"],
        [ModuleRole.FeedForwardOut] = ["down_proj"],
        [ModuleRole.Norm] = ["input_layernorm", "post_attention_layernorm", "norm"],
    };

    /// <summary>Layer norms of checkpoints converted from TensorFlow call weight and bias gamma and beta.</summary>
    protected static string RenameNormKeys(string key) => Regex.Replace(Regex.Replace(key, @"LayerNorm\.gamma$", "LayerNorm.weight"), @"LayerNorm\.beta$", "LayerNorm.bias");
}
