using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Serialization;
using PeftSharp.Tests.Serialization;
using PeftSharp.Tests.Training;
using PeftSharp.Tests.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>
/// Folders of models: tensors that fit are loaded bit for bit, tensors that are missing, unexpected or of another shape are reported or
/// refused by name, and damaged files are named.
/// </summary>
public sealed class LoadingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly PretrainedModel _model = TinyRun.Model();

    public LoadingTests() => _model.SavePretrained(_folder.Path);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
        _scope.Dispose();
    }

    private string Config => _folder.File("config.json");
    private string Weights => _folder.File("model.safetensors");

    [Fact]
    public void A_saved_model_loads_to_the_same_bits_and_says_that_nothing_is_missing()
    {
        using var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path);
        TinyRun.AssertSameBits(TinyRun.Bits(_model), loaded);
        Assert.True(loaded.LoadReport!.IsComplete);
        Assert.Equal(_folder.Path, loaded.NameOrPath);
        Assert.False(loaded.training);
    }

    // ---- config.json ----

    [Theory]
    [InlineData("{\"model_type\": \"bert\", \"hidden_size\":", "line")]
    [InlineData("", "line")]
    [InlineData("[]", "object")]
    [InlineData("{}", "model_type")]
    [InlineData("{\"model_type\": 3}", "model_type")]
    [InlineData("{\"model_type\": \"mamba\"}", "bert, ")]
    [InlineData("{\"model_type\": \"bert\", \"hidden_size\": \"wide\"}", "hidden_size")]
    [InlineData("{\"model_type\": \"bert\", \"hidden_size\": 10, \"num_attention_heads\": 3}", "not a multiple of num_attention_heads 3")]
    [InlineData("{\"model_type\": \"bert\", \"vocab_size\": 0}", "vocab_size is 0")]
    [InlineData("{\"model_type\": \"bert\", \"hidden_act\": \"gelou\"}", "'gelou'")]
    [InlineData("{\"model_type\": \"bert\", \"is_decoder\": true}", "is_decoder")]
    public void A_configuration_that_describes_no_model_is_named(string text, string named)
    {
        File.WriteAllText(Config, text);
        var error = FluentActions.Invoking(() => AutoModel.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>().Which;
        error.Message.Should().Contain(named);
        if (!text.Contains("mamba", StringComparison.Ordinal)) error.Message.Should().Contain(Config);
    }

    [Fact]
    public void Folders_that_do_not_exist_or_have_no_configuration_or_weights_are_refused_with_what_they_contain()
    {
        File.Move(Weights, _folder.File("other.safetensors"));
        FluentActions.Invoking(() => AutoModel.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().ContainAll("model.safetensors", "model.safetensors.index.json", "other.safetensors");
        File.Delete(Config);
        FluentActions.Invoking(() => AutoModel.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(Config);
        FluentActions.Invoking(() => AutoModel.FromPretrained(_folder.File("nowhere")))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("does not exist");
        FluentActions.Invoking(() => AutoModel.FromPretrained("")).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void A_task_that_a_family_lacks_or_a_class_of_another_family_is_refused_with_the_supported_ones()
    {
        FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("SequenceClassification");
        var json = JsonFile.Read(Config);
        json["model_type"] = "gpt2";
        JsonFile.Write(Config, json);
        FluentActions.Invoking(() => BertModel.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("'gpt2', not 'bert'");
    }

    [Fact]
    public void Unknown_fields_survive_loading_and_saving()
    {
        var json = JsonFile.Read(Config);
        json["from_tomorrow"] = new JsonObject { ["depth"] = 1.5, ["names"] = new JsonArray("a", null) };
        json["transformers_version"] = "9.9.9";
        JsonFile.Write(Config, json);
        using (var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path)) loaded.SavePretrained(_folder.File("again"));
        Assert.True(JsonNode.DeepEquals(JsonFile.Read(Config), JsonFile.Read(Path.Combine(_folder.File("again"), "config.json"))));
    }

    // ---- names ----

    [Fact]
    public void The_prefix_of_the_base_model_is_added_and_taken_away()
    {
        using var body = AutoModel.FromPretrained(_folder.Path);                                          // the file has a head
        body.LoadReport!.MissingKeys.Should().BeEmpty();
        body.LoadReport.UnexpectedKeys.Order(StringComparer.Ordinal).Should().Equal("classifier.bias", "classifier.weight");
        foreach (var (name, tensor) in body.state_dict()) TinyModels.AssertSameBits(_model.state_dict()[$"bert.{name}"], tensor, name);

        body.SavePretrained(_folder.File("body"));
        var log = new Lines();
        // The file has no head.
        using var withHead = AutoModelForSequenceClassification.FromPretrained(
            _folder.File("body"), new PretrainedOptions { NumLabels = 5, Logger = log });
        withHead.LoadReport!.MissingKeys.Order(StringComparer.Ordinal).Should().Equal("classifier.bias", "classifier.weight");
        withHead.LoadReport.UnexpectedKeys.Should().BeEmpty();
        foreach (var (name, tensor) in body.state_dict()) TinyModels.AssertSameBits(tensor, withHead.state_dict()[$"bert.{name}"], name);
        var head = withHead.state_dict()["classifier.weight"];
        head.shape.Should().Equal(5, 16);
        head.std().item<float>().Should().BeInRange(0.005f, 0.05f);                                       // initializer_range 0.02
        Assert.Equal(0, withHead.state_dict()["classifier.bias"].abs().sum().item<float>());
        log.All.Should().ContainSingle().Which.Should().Contain("classifier.weight");
    }

    [Fact]
    public void Names_of_older_checkpoints_are_understood_and_one_name_twice_is_refused()
    {
        Rewrite(tensors => tensors.ToDictionary(pair => pair.Key.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
            .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal), pair => pair.Value));
        using (var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path))
        {
            Assert.True(loaded.LoadReport!.IsComplete);
            TinyRun.AssertSameBits(TinyRun.Bits(_model), loaded);
        }
        Rewrite(tensors => new(tensors) { ["bert.embeddings.LayerNorm.weight"] = zeros(16) });
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().ContainAll("'bert.embeddings.LayerNorm.weight'", "'bert.embeddings.LayerNorm.gamma'");
    }

    [Fact]
    public void Weights_without_tensors_are_refused_with_the_expected_names()
    {
        var before = TinyRun.Bits(_model);
        Rewrite(_ => new());
        _model.Invoking(model => model.LoadWeights(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("the checkpoint contains no tensors, but the model expects bert.");
        TinyRun.AssertSameBits(before, _model);
    }

    [Fact]
    public void A_tensor_of_an_unsupported_type_is_refused_before_the_first_is_copied()
    {
        foreach (var parameter in _model.parameters()) parameter.requires_grad = false;
        foreach (var parameter in _model.parameters()) parameter.add_(1);
        var (before, (last, tensor)) = (TinyRun.Bits(_model), _model.state_dict().Last());
        var file = File.ReadAllBytes(Weights);
        var length = BitConverter.ToInt32(file);
        var header = (JsonObject)JsonNode.Parse(file.AsSpan(8, length))!;
        header[last]!["dtype"] = "U32";                                                       // as long as F32
        tensor.dtype.Should().Be(ScalarType.Float32);
        File.WriteAllBytes(Weights, SafetensorsBytes.Pack(header.ToJsonString(), file[(8 + length)..]));
        _model.Invoking(model => model.LoadWeights(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().ContainAll(last, "U32");
        TinyRun.AssertSameBits(before, _model);
    }

    [Fact]
    public void Unexpected_tensors_are_reported_by_name()
    {
        Rewrite(tensors => new(tensors) { ["bert.stranger"] = zeros(3), ["bert.embeddings.position_ids"] = arange(12) });
        using var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path);
        loaded.LoadReport!.UnexpectedKeys.Should().Equal("bert.stranger");                     // stored positions are not reported
        Assert.Contains("bert.stranger", loaded.LoadReport.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_that_does_not_exist_is_refused()
    {
        void Refused(Device device, string message) => FluentActions.Invoking(() =>
            AutoModelForSequenceClassification.FromPretrained(_folder.Path, new PretrainedOptions { Device = device }))
            .Should().ThrowExactly<ArgumentException>().WithMessage(message);
        if (cuda.is_available()) Refused(new Device(DeviceType.CUDA, 99), "Device is cuda:99, but there * GPU*, numbered from 0.");
        else Refused(
            new Device(DeviceType.CUDA),
            "Device is cuda*, but libtorch finds no NVIDIA GPU.*TorchSharp-cuda-linux*nvidia-smi*omit Device*");
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused_with_both_shapes_or_initialized_where_that_is_allowed()
    {
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path, numLabels: 3))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().ContainAll("classifier.weight", "[2, 16]", "[3, 16]", "IgnoreMismatchedSizes", "NumLabels");
        using var loaded = AutoModelForSequenceClassification.FromPretrained(
            _folder.Path, new PretrainedOptions { NumLabels = 3, IgnoreMismatchedSizes = true });
        loaded.LoadReport!.MismatchedKeys.Select(key => key.Name).Order(StringComparer.Ordinal)
            .Should().Equal("classifier.bias", "classifier.weight");
        loaded.LoadReport.MissingKeys.Should().BeEmpty();
        loaded.state_dict()["classifier.weight"].std().item<float>().Should().BeInRange(0.005f, 0.05f);
    }

    [Fact]
    public void A_checkpoint_of_something_else_is_no_model_with_new_weights()
    {
        Rewrite(_ => new() { ["linear.weight"] = zeros(3), ["linear.bias"] = zeros(3) });
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("No tensor", "linear.weight", "'bert'");
    }

    // ---- weights into a model that is in use ----

    [Fact]
    public void Weights_that_do_not_fit_leave_a_model_in_use_as_it_was()
    {
        using var model = TinyRun.Model();
        using (no_grad())
            foreach (var parameter in model.parameters()) parameter.add_(1);
        var before = TinyRun.Bits(model);
        var last = _model.state_dict().Keys.Last();
        Action[] damages =
        [
            () => Rewrite(tensors => tensors.Where(pair => pair.Key != last).ToDictionary()),
            () => Rewrite(tensors => new(tensors) { [last] = zeros(7, 7) }),
            () => File.WriteAllBytes(Weights, File.ReadAllBytes(Weights)[..^8]),
            () => File.Delete(Weights),
        ];
        foreach (var damage in damages)
        {
            damage();
            FluentActions.Invoking(() => model.LoadWeights(_folder.Path))
                .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(_folder.Path);
            TinyRun.AssertSameBits(before, model);
        }
        _model.SavePretrained(_folder.Path);
        model.LoadWeights(_folder.Path);
        TinyRun.AssertSameBits(TinyRun.Bits(_model), model);
    }

    [Fact]
    public void Parts_with_an_index_load_as_one_file_and_an_index_may_not_leave_its_folder()
    {
        File.Delete(Weights);
        CheckpointTensors.Save(_folder.Path, _model.state_dict(), maxShardSize: "4KB");
        Directory.GetFiles(_folder.Path, "model-*-of-*.safetensors").Length.Should().BeGreaterThan(2);
        using (var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.Path))
            TinyRun.AssertSameBits(TinyRun.Bits(_model), loaded);
        var index = JsonFile.Read(_folder.File("model.safetensors.index.json"));
        index["weight_map"]!["classifier.bias"] = "../model.safetensors";
        JsonFile.Write(_folder.File("model.safetensors.index.json"), index);
        FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("'../model.safetensors'");
    }

    // ---- options ----

    [Theory]
    [InlineData(ScalarType.BFloat16, "bfloat16")]
    [InlineData(ScalarType.Float16, "float16")]
    [InlineData(ScalarType.Float64, "float64")]
    [InlineData(ScalarType.Float32, "float32")]
    public void The_type_in_memory_is_the_one_asked_for_and_is_saved_and_named(ScalarType dtype, string name)
    {
        using var model = AutoModelForSequenceClassification.FromPretrained(_folder.Path, new PretrainedOptions { Dtype = dtype });
        model.state_dict().Should().AllSatisfy(pair => pair.Value.dtype.Should().Be(dtype));
        model.SavePretrained(_folder.File("typed"));
        Assert.Equal(name, (string?)JsonFile.Read(Path.Combine(_folder.File("typed"), "config.json"))["dtype"]);
        Safetensors.Load(Path.Combine(_folder.File("typed"), "model.safetensors")).Values
            .Should().AllSatisfy(tensor => tensor.dtype.Should().Be(dtype));
        using var back = AutoModelForSequenceClassification.FromPretrained(_folder.File("typed"));
        // The model is in float32 whatever type the file has.
        foreach (var (key, tensor) in back.state_dict())
            TinyModels.AssertSameBits(_model.state_dict()[key].to(dtype).to(ScalarType.Float32), tensor, key);
    }

    [Fact]
    public void New_weights_in_another_type_are_those_of_float32()
    {
        using var wide = AutoModelForQuestionAnswering.FromPretrained(_folder.Path, new PretrainedOptions { Seed = 3 });
        using var narrow = AutoModelForQuestionAnswering.FromPretrained(
            _folder.Path, new PretrainedOptions { Seed = 3, Dtype = ScalarType.BFloat16 });
        narrow.UntrainedWeights.Should().Equal(wide.UntrainedWeights).And.Contain("qa_outputs.weight");
        foreach (var (key, tensor) in narrow.state_dict())
            TinyModels.AssertSameBits(wide.state_dict()[key].to(ScalarType.BFloat16), tensor, key);
    }

    [Fact]
    public void Invalid_options_are_refused()
    {
        PretrainedOptions[] refused =
        [
            new() { NumLabels = 0 },
            new() { Dtype = ScalarType.Int64 },
            new() { LabelNames = ["a", "a"] },
            new() { LabelNames = ["a", "b"], NumLabels = 3 },
        ];
        foreach (var options in refused)
            FluentActions.Invoking(() => AutoModelForSequenceClassification.FromPretrained(_folder.Path, options))
                .Should().Throw<ArgumentException>(options.ToString());
    }

    [Fact]
    public void Names_of_classes_are_saved_and_loaded()
    {
        using (var model = AutoModelForSequenceClassification.FromPretrained(
            _folder.Path, new PretrainedOptions { LabelNames = ["bad", "good"] }))
            model.SavePretrained(_folder.File("named"));
        using var loaded = AutoModelForSequenceClassification.FromPretrained(_folder.File("named"));
        loaded.Config.Id2Label.Should().Equal(new Dictionary<int, string> { [0] = "bad", [1] = "good" });
        loaded.Config.Label2Id.Should().Equal(new Dictionary<string, int> { ["bad"] = 0, ["good"] = 1 });
    }

    private void Rewrite(Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>> change) =>
        Safetensors.Save(Weights, change(Safetensors.Load(Weights)));

    private sealed class Lines : ILogger
    {
        internal List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
