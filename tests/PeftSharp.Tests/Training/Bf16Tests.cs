using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>Bf16 changes only the type that layers compute in: losses stay near those of float32, and weights stay float32.</summary>
public sealed class Bf16Tests : IDisposable
{
    private const int Rows = 8;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<string> Kinds => [.. Configs.Keys];

    private static Dictionary<string, LoraConfig?> Configs => new()
    {
        ["all weights"] = null,
        ["lora"] = new LoraConfig(),
        ["dropout"] = new LoraConfig { LoraDropout = 0.1 },
        ["dora"] = new LoraConfig { UseDora = true },
        ["dora with dropout"] = new LoraConfig { UseDora = true, LoraDropout = 0.1 },
        ["rslora"] = new LoraConfig { UseRslora = true },
        ["biases"] = new LoraConfig { Bias = BiasMode.All },
        ["a bias of its own"] = new LoraConfig { LoraBias = true },
        ["every linear layer"] = new LoraConfig { TargetModules = "all-linear" },
        ["dora on every linear layer"] = new LoraConfig { TargetModules = "all-linear", UseDora = true },
        ["tokens"] = new LoraConfig { TrainableTokenIndices = [7, 8] },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Gpt2_learns_as_in_float32(string kind) => AssertLearnsAlike(() => TinyModels.Gpt2(), Configs[kind], isLanguage: true);

    [Theory, MemberData(nameof(Kinds))]
    public void Bert_learns_as_in_float32(string kind) => AssertLearnsAlike(TinyModels.Bert, Configs[kind], isLanguage: false);

    [Theory]
    [InlineData(true, false), InlineData(false, false), InlineData(true, true), InlineData(false, true)]
    public void Embeddings_with_an_adapter_learn_as_in_float32(bool isLanguage, bool useDora) =>
        AssertLearnsAlike(() => isLanguage ? TinyModels.Gpt2() : TinyModels.Bert(),
            new LoraConfig { TargetModules = isLanguage ? ["wte", "c_attn"] : ["word_embeddings", "query"], UseDora = useDora },
            isLanguage);

    [Theory]
    [InlineData(true, "ln_f"), InlineData(true, "wpe"), InlineData(false, "pooler"), InlineData(false, "classifier")]
    public void Modules_that_are_saved_whole_learn_as_in_float32(bool isLanguage, string module) =>
        AssertLearnsAlike(
            () => isLanguage ? TinyModels.Gpt2() : TinyModels.Bert(), new LoraConfig { ModulesToSave = [module] }, isLanguage);

    private void AssertLearnsAlike(Func<PretrainedModel> model, LoraConfig? config, bool isLanguage)
    {
        var (float32, bfloat16) = (Run(model(), config, isLanguage, useBf16: false), Run(model(), config, isLanguage, useBf16: true));
        Close.Equal((IReadOnlyList<double>)float32.Losses, bfloat16.Losses, 0.03, "losses");
        Assert.NotEqual(float32.Losses, bfloat16.Losses);                                          // something was computed in bfloat16
        bfloat16.Losses[^1].Should().BeLessThan(bfloat16.Losses[0], "the loss falls");
        Close.Equal((IReadOnlyList<double>)[float32.Evaluation], [bfloat16.Evaluation], 0.03, "evaluation loss");
        bfloat16.Model.state_dict().Should().AllSatisfy(pair => pair.Value.dtype.Should().Be(ScalarType.Float32));
        Assert.False(ComputePrecision.IsActive);
    }

    private (PretrainedModel Model, double[] Losses, double Evaluation) Run(
        PretrainedModel model, LoraConfig? config, bool isLanguage, bool useBf16)
    {
        manual_seed(3);
        if (config is not null)
            model = model.GetPeftModel(config with { R = 2, TaskType = isLanguage ? TaskType.CausalLM : TaskType.SeqCls });
        var rows = TinyRun.Rows(Rows);
        if (isLanguage)
            rows = rows.RemoveColumns("labels").Map(
                row => new Dictionary<string, object?> { ["labels"] = row.GetInt64s("input_ids").ToArray() });
        var arguments = TinyRun.Arguments(_folder) with
        {
            Bf16 = useBf16,
            NumTrainEpochs = 4,
            PerDeviceTrainBatchSize = Rows,
            PerDeviceEvalBatchSize = Rows,
        };
        var trainer = new Trainer(model, arguments, rows, rows, new DataCollatorWithPadding(padTokenId: 0));
        trainer.Train();
        return (model, [.. trainer.State.Log.Where(line => line.ContainsKey("loss")).Select(line => line["loss"])],
            trainer.Evaluate()["eval_loss"]);
    }
}
