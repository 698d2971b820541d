using PeftSharp.Data;
using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tests.Kernels;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>Turning off an optimized path does not change the losses, gradients and random stream of whole models.</summary>
[AllThreads]
public sealed class FastPathsTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    public static TheoryData<string, string> PathsAndModels
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var path in PathSwitch.All)
                foreach (var model in new[] { "bert", "gpt2", "gpt2 with lora" }) cases.Add(path, model);
            return cases;
        }
    }

    [Theory, MemberData(nameof(PathsAndModels))]
    public void A_run_with_dropout_has_the_same_losses_without_it(string path, string model)
    {
        var fast = Losses(model);
        using var off = new PathSwitch(path);
        Close.Equal((IReadOnlyList<double>)Losses(model), fast, 1e-4, $"losses of {model}");
    }

    [Fact]
    public void A_run_in_bfloat16_has_the_same_losses_without_its_table_of_activations()
    {
        var fast = Losses("bert", bf16: true);
        using var off = new PathSwitch(nameof(FastPaths.Activation));
        fast.Should().Equal(Losses("bert", bf16: true));
    }

    [Theory]
    [InlineData("no mask"), InlineData("padding"), InlineData("each query")]
    public void A_classifier_that_makes_its_first_token_alone_has_the_loss_and_gradients_of_all_tokens(string mask)
    {
        var model = TinyRun.Model(dropout: 0.2);
        model.train();
        var first = Gradients(model, mask);
        using var off = new PathSwitch("FirstTokenOnly");
        AssertSame(Gradients(model, mask), first);
    }

    [Fact]
    public void Hidden_states_are_those_of_all_tokens_beside_the_same_loss()
    {
        var model = TinyRun.Model(dropout: 0.2);
        model.train();
        using var inputs = Inputs("padding");
        manual_seed(9);
        var alone = model.call(inputs);
        manual_seed(9);
        var output = model.call(inputs, new ForwardOptions { OutputHiddenStates = true });
        Close.Equal(alone.Loss!, output.Loss!, 1e-6, "loss");
        output.HiddenStates.Should().HaveCount(3).And.AllSatisfy(states => states.shape.Should().Equal(3, 7, 16));
    }

    [Fact]
    public void Where_the_classifier_alone_is_trained_it_learns_and_the_body_has_no_gradient()
    {
        var model = TinyRun.Model(dropout: 0.2);
        model.train();
        foreach (var (name, parameter) in model.named_parameters())
            parameter.requires_grad = name.StartsWith("classifier", StringComparison.Ordinal);
        var first = Gradients(model, "padding");
        first.Keys.Where(key => key is not ("loss" or "random")).Order().Should().Equal("classifier.bias", "classifier.weight");
        using var off = new PathSwitch("FirstTokenOnly");
        AssertSame(Gradients(model, "padding"), first);
    }

    [Fact]
    public void A_text_padded_on_the_left_gives_gpt2_a_loss_with_attention_dropout()
    {
        var model = Gpt2();
        model.train();
        var ids = randint(5, 31, [2, 6], dtype: ScalarType.Int64);
        var read = ones_like(ids);
        read[0, TensorIndex.Slice(0, 3)] = 0;
        using var inputs = new ModelInputs { InputIds = ids, Labels = ids.masked_fill(read.eq(0), -100), AttentionMask = read };
        var fast = Gradients(model, inputs);
        using var off = new PathSwitch("Attention");
        AssertSame(Gradients(model, inputs), fast);
    }

    private static ModelInputs Inputs(string mask)
    {
        manual_seed(2);
        var read = ones(3, 7, ScalarType.Int64);
        read[1, TensorIndex.Slice(4)] = 0;
        return new ModelInputs
        {
            InputIds = randint(5, TinyRun.Vocabulary, [3, 7], dtype: ScalarType.Int64),
            Labels = tensor([0L, 1, 1]),
            AttentionMask = mask switch
            {
                "padding" => read,
                "each query" => zeros(3, 1, 7, 7).masked_fill(
                    rand(3, 1, 7, 7).gt(0.6).logical_and(eye(7, dtype: ScalarType.Bool).logical_not()), double.NegativeInfinity),
                _ => null,
            },
        };
    }

    private static Dictionary<string, Tensor> Gradients(PretrainedModel model, string mask)
    {
        using var inputs = Inputs(mask);
        return Gradients(model, inputs);
    }

    private static Dictionary<string, Tensor> Gradients(PretrainedModel model, ModelInputs inputs)
    {
        foreach (var parameter in model.parameters()) parameter.grad = null;
        manual_seed(9);
        var loss = model.call(inputs).Loss!;
        loss.backward();
        var found = model.named_parameters().Where(pair => pair.parameter.grad is not null)
            .ToDictionary(pair => pair.name, pair => pair.parameter.grad!.clone());
        (found["loss"], found["random"]) = (loss, random.get_rng_state().to(ScalarType.Float32));
        return found;
    }

    private static void AssertSame(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual)
    {
        actual.Keys.Order().Should().Equal(expected.Keys.Order());
        Assert.True(isfinite(expected["loss"]).item<bool>());
        foreach (var (name, tensor) in expected) Close.Equal(tensor, actual[name], 1e-5, name, leastScale: 1e-3);
    }

    private double[] Losses(string what, bool bf16 = false)
    {
        PretrainedModel model = what == "bert" ? TinyRun.Model(dropout: 0.1) : Gpt2();
        if (what == "gpt2 with lora") model = model.GetPeftModel(new LoraConfig { R = 2, LoraDropout = 0.1 });
        var rows = what == "bert" ? TinyRun.Rows(8)
            : TinyRun.Rows(8).RemoveColumns("labels").Map(
                row => new Dictionary<string, object?> { ["labels"] = row.GetInt64s("input_ids").ToArray() });
        var args = TinyRun.Arguments(_folder) with { Bf16 = bf16, UseCpu = true };       // the optimized kernels are for the CPU
        var trainer = new Trainer(model, args, rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        trainer.Train();
        return [.. trainer.State.Log.Where(line => line.ContainsKey("loss")).Select(line => line["loss"])];
    }

    private static PretrainedModel Gpt2()
    {
        manual_seed(1);
        return AutoModelForCausalLM.FromConfig(
            new Gpt2Config { VocabSize = TinyRun.Vocabulary, NPositions = TinyRun.Positions, NEmbd = 16, NLayer = 2, NHead = 2 });
    }
}
