using System.Text.Json.Nodes;
using PeftSharp.Modeling.Layers;
using PeftSharp.Serialization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Prediction;

/// <summary>A linear layer with an activation function (<c>Dense</c> of sentence-transformers).</summary>
internal sealed class SentenceDense : SentenceModule
{
    private const string Config = "config.json", WeightName = "linear.weight", BiasName = "linear.bias";

    // The names of the classes in PyTorch, and the names of the functions in transformers.
    private static readonly Dictionary<string, string> _activations = new(StringComparer.Ordinal)
    {
        ["torch.nn.modules.activation.GELU"] = "gelu", ["torch.nn.modules.activation.LeakyReLU"] = "leaky_relu",
        ["torch.nn.modules.activation.Mish"] = "mish", ["torch.nn.modules.activation.ReLU"] = "relu",
        ["torch.nn.modules.activation.ReLU6"] = "relu6", ["torch.nn.modules.activation.Sigmoid"] = "sigmoid",
        ["torch.nn.modules.activation.SiLU"] = "silu", ["torch.nn.modules.activation.Tanh"] = "tanh",
        ["torch.nn.modules.linear.Identity"] = "linear",
    };

    private readonly string _activation, _folder;
    private readonly Func<Tensor, Tensor> _function;
    private Tensor _weight;
    private Tensor? _bias;

    private SentenceDense(string folder, string activation, Tensor weight, Tensor? bias) =>
        (_folder, _activation, _function, _weight, _bias) =
            (folder, activation, ActivationFunctions.Get(_activations[activation]), weight, bias);

    internal override string ClassName => "Dense";

    /// <summary>Loads the layer.</summary>
    /// <param name="folder">The folder of the module.</param>
    /// <param name="allowPickle">Whether the weights are read from a pickle file if there is no safetensors file.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or a field is not supported.</exception>
    internal static SentenceDense Load(string folder, bool allowPickle)
    {
        var path = Path.Combine(folder, Config);
        var json = JsonFile.Read(path);
        var fields = new SentenceFields(
            path, json, "in_features", "out_features", "bias", "activation_function", "module_input_name", "module_output_name");
        fields.RequireKnown();
        foreach (var name in new[] { "module_input_name", "module_output_name" })
            if (fields.Text(name) is { } module and not "sentence_embedding")
                throw new CheckpointException($"'{path}': {name} is '{module}'; only 'sentence_embedding' is supported.");
        var activation = fields.Text("activation_function") ?? "torch.nn.modules.activation.Tanh";
        if (!_activations.ContainsKey(activation))
            throw new CheckpointException($"'{path}': activation_function is '{activation}', which is not supported. "
                + $"Supported functions: {string.Join(", ", _activations.Keys)}.");
        using var scope = NewDisposeScope();
        using var checkpoint = CheckpointTensors.Open(folder, allowPickle: allowPickle);
        if (!checkpoint.Tensors.ContainsKey(WeightName))
            throw new CheckpointException($"'{folder}' does not contain the tensor {WeightName}. It contains "
                + $"{(checkpoint.Tensors.Count == 0 ? "no tensors" : string.Join(", ", checkpoint.Tensors.Keys))}.");
        var hasBias = fields.Flag("bias", true);
        if (hasBias != checkpoint.Tensors.ContainsKey(BiasName))
            throw new CheckpointException($"'{path}': bias is {(hasBias ? "true" : "false")}, but the weights "
                + $"{(hasBias ? "do not contain" : "contain")} {BiasName}.");
        var weight = Read(WeightName);
        var (inputs, outputs) = (fields.Number("in_features"), fields.Number("out_features"));
        if (weight.dim() != 2 || (outputs ?? weight.shape[0]) != weight.shape[0] || (inputs ?? weight.shape[1]) != weight.shape[1])
            throw new CheckpointException($"'{path}': in_features is {(object?)inputs ?? "not set"} and out_features is "
                + $"{(object?)outputs ?? "not set"}, but {WeightName} has shape [{string.Join(", ", weight.shape)}].");
        return new SentenceDense(folder, activation, Keep(weight), hasBias ? Keep(Read(BiasName)) : null);

        Tensor Read(string name) => checkpoint.Map(name).to(ScalarType.Float32).clone();
    }

    internal override Tensor Apply(Tensor x)
    {
        if (x.shape[1] != _weight.shape[1])
            throw new CheckpointException($"The layer in '{_folder}' expects embeddings of {_weight.shape[1]} elements, but they have "
                + $"{x.shape[1]}. The folder does not belong to this model.");
        return _function(functional.linear(x, _weight, _bias));
    }

    internal override void To(Device device)
    {
        if (_weight.device_type == device.type) return;
        var (weight, bias) = (_weight, _bias);
        (_weight, _bias) = (Keep(weight.to(device)), bias is null ? null : Keep(bias.to(device)));
        weight.Dispose();
        bias?.Dispose();
    }

    internal override void Save(string folder)
    {
        JsonFile.Write(Path.Combine(folder, Config), new JsonObject
        {
            ["in_features"] = _weight.shape[1], ["out_features"] = _weight.shape[0], ["bias"] = _bias is not null,
            ["activation_function"] = _activation,
        });
        var tensors = new Dictionary<string, Tensor> { [WeightName] = _weight };
        if (_bias is not null) tensors[BiasName] = _bias;
        CheckpointTensors.Save(folder, tensors);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
        base.Dispose();
    }

    private static Tensor Keep(Tensor tensor) => tensor.DetachFromDisposeScope();
}
