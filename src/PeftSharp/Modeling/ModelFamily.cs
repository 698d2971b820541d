using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PeftSharp.Modeling;

/// <summary>
/// Describes a model family: how its configuration is read, which class implements which task, and how its checkpoints name tensors.
/// </summary>
/// <remarks>
/// <para>To add a family, derive from this class and call <c>ModelFamilies.Register</c>; no other code refers to a family.</para>
/// <para>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</para>
/// </remarks>
public abstract class ModelFamily
{
    /// <summary><c>model_type</c> in <c>config.json</c>, such as <c>bert</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>
    /// The <c>model_type</c> of models that contain a model of this family. The classes of this family can load the folders of such models
    /// (<c>ClipTextModel</c> from a CLIP model); <see cref="ReadConfig"/> then receives the whole <c>config.json</c>. Default: none.
    /// </summary>
    public virtual IReadOnlyList<string> CompositeModelTypes => [];

    /// <summary>The name of the body inside a model with a head, such as <c>bert</c>. The keys of the body begin with this name.</summary>
    public abstract string BaseModelPrefix { get; }

    /// <summary>The constructor for each supported task. A constructor only creates the model; its weights are loaded afterwards.</summary>
    public abstract IReadOnlyDictionary<ModelTask, Func<PretrainedConfig, PretrainedModel>> Builders { get; }

    /// <summary>
    /// The modules of each role, by the end of their path: <c>query</c> matches every module whose path is <c>query</c> or ends with
    /// <c>.query</c>. Default: none.
    /// </summary>
    public virtual IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>();

    /// <summary>The distinct module names of the given roles; empty if the family defines none.</summary>
    /// <param name="roles">The roles.</param>
    public IReadOnlyList<string> GetModules(params IReadOnlyList<ModuleRole> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return [.. roles.SelectMany(role => Roles.GetValueOrDefault(role, [])).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The names of the modules that a tuning method adapts by default; the key is the name of the tuning method in adapter files, such as
    /// <c>IA3</c>. A tuning method that is not listed adapts the modules with the roles that it requests. Default: none.
    /// </summary>
    public virtual IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultTargets { get; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The value of <see cref="TokenizerClass"/> for families whose tokenizers are fully defined by <c>tokenizer.json</c>.
    /// </summary>
    public const string TokenizersBackend = "TokenizersBackend";

    /// <summary>
    /// The family's tokenizer class in transformers, such as <c>BertTokenizer</c>. Used if neither <c>tokenizer_config.json</c> nor
    /// <c>config.json</c> names a class. The value <see cref="TokenizersBackend"/> is used even if a file names a class, as in
    /// transformers. Null: the files determine the class.
    /// </summary>
    public virtual string? TokenizerClass => null;

    /// <summary>Reads the configuration from <paramref name="json"/>, the content of <c>config.json</c>.</summary>
    /// <remarks>Usually implemented with <see cref="PretrainedConfig.FromJson{TConfig}"/>.</remarks>
    /// <exception cref="System.Text.Json.JsonException">A field has an invalid value.</exception>
    public abstract PretrainedConfig ReadConfig(JsonObject json);

    /// <summary>
    /// Converts a key of a checkpoint, such as an older one, to the name in the model; returns the key itself if the model uses the same
    /// name.
    /// </summary>
    /// <param name="key">The key, such as <c>bert.embeddings.LayerNorm.gamma</c>.</param>
    public virtual string RenameKey(string key) => key;

    /// <summary>
    /// Converts the name of a parameter or of a module to its name in the checkpoints that transformers writes; returns the name itself if
    /// the checkpoints use the same name. <see cref="RenameKey"/> is the inverse.
    /// </summary>
    /// <remarks>
    /// In <c>target_modules</c>, tuning methods also accept the names that modules have in checkpoints. These are the names of the modules
    /// in older versions of transformers.
    /// </remarks>
    /// <param name="name">The name in the model, such as <c>vit.layers.0.attention.q_proj.weight</c>.</param>
    public virtual string CheckpointName(string name) => name;

    /// <summary>
    /// Class names of transformers that <c>architectures</c> in <c>config.json</c> may contain for this family, such as
    /// <c>BertForMaskedLM</c>. They identify the family if <c>model_type</c> is missing. Default: none.
    /// </summary>
    public virtual IReadOnlyList<string> Architectures => [];

    /// <summary>
    /// The weights that are tied if <see cref="PretrainedConfig.TieWordEmbeddings"/> is set. Maps the name of a weight to the name of the
    /// weight with which it is shared, both names as in a model with a head (<c>lm_head.weight</c>: <c>transformer.wte.weight</c>). A
    /// checkpoint may contain either or both. Default: none.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> TiedWeights { get; } = new Dictionary<string, string>();

    /// <summary>Whether an unexpected key, such as stored position indices, is ignored and not reported. Default false.</summary>
    /// <param name="key">The key in the checkpoint.</param>
    public virtual bool IsObsoleteKey(string key) => false;

    /// <summary>Roles of the modules of <see cref="Layers.EncoderLayer"/>.</summary>
    protected static IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> EncoderRoles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["query"],
            [ModuleRole.Key] = ["key"],
            [ModuleRole.Value] = ["value"],
            [ModuleRole.AttentionOutput] = ["attention.output.dense"],
            [ModuleRole.FeedForwardIn] = ["intermediate.dense"],
            [ModuleRole.FeedForwardOut] = ["output.dense"],             // as in peft; also matches the output projection of attention
            [ModuleRole.Norm] = ["LayerNorm"],
        };

    /// <summary>Roles of the modules of <see cref="Layers.DecoderLayer"/>.</summary>
    protected static IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> DecoderRoles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>
        {
            [ModuleRole.Query] = ["q_proj"],
            [ModuleRole.Key] = ["k_proj"],
            [ModuleRole.Value] = ["v_proj"],
            [ModuleRole.AttentionOutput] = ["o_proj"],
            [ModuleRole.FeedForwardIn] = ["gate_proj", "up_proj"],
            [ModuleRole.FeedForwardOut] = ["down_proj"],
            [ModuleRole.Norm] = ["input_layernorm", "post_attention_layernorm", "norm"],
        };

    /// <summary>
    /// Renames <c>gamma</c> and <c>beta</c> of layer norms, as in checkpoints converted from TensorFlow, to <c>weight</c> and
    /// <c>bias</c>.
    /// </summary>
    /// <param name="key">The key in the checkpoint.</param>
    protected static string RenameNormKeys(string key) =>
        Regex.Replace(Regex.Replace(key, @"LayerNorm\.gamma$", "LayerNorm.weight"), @"LayerNorm\.beta$", "LayerNorm.bias");

    /// <summary>
    /// Converts the field names that most families use to those of this family. If a file contains both names of a field, the common name
    /// takes precedence, as in transformers.
    /// </summary>
    /// <param name="json">The content of <c>config.json</c>, which is modified.</param>
    /// <param name="names">The names that most families use, and the name of the same field in this family.</param>
    private protected static JsonObject WithOwnNames(JsonObject json, IEnumerable<(string Common, string Own)> names)
    {
        foreach (var (common, own) in names)
            if (json.Remove(common, out var value)) json[own] = value;
        return json;
    }
}
