using PeftSharp.Generation;
using PeftSharp.Kernels;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gemma3;
using PeftSharp.Models.Gpt2;
using PeftSharp.Models.Llama;
using PeftSharp.Models.Phi3;
using PeftSharp.Models.Qwen3;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;
using Linear = PeftSharp.Modeling.Layers.Linear;

namespace PeftSharp.Tests.Kernels;

/// <summary>All layers in one parallel region give the logits and tokens that the separate operations give.</summary>
[AllThreads]
public sealed class DecoderStepTests : IDisposable
{
    private const int Vocabulary = 64;
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, ScalarType, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, ScalarType, int>();
            foreach (var family in new[] { "gpt2", "llama", "qwen3", "phi3", "gemma3" })
            {
                cases.Add(family, ScalarType.Float32, 1);
                cases.Add(family, ScalarType.Float32, 5);
                cases.Add(family, ScalarType.BFloat16, 2);
                cases.Add(family, ScalarType.BFloat16, 8);
            }
            cases.Add("gpt2 with exact GELU", ScalarType.Float32, 2);
            return cases;
        }
    }

    public void Dispose() => _scope.Dispose();

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Logits_of_each_step_are_those_of_the_separate_operations(string family, ScalarType type, int rows)
    {
        SkipWhereOff();
        using var free = no_grad();
        var model = Model(family, type);
        var mask = ones([rows, 110], ScalarType.Int64);
        if (rows > 1) mask[1].narrow(0, 0, 4).zero_();                      // padding on the left
        var positions = (mask.cumsum(1) - 1).clamp_min(0);
        var ids = randint(5, Vocabulary, [rows, 110], ScalarType.Int64);
        var found = Logits(out var made);
        Tensor expected;
        long madePlain;
        using (new PathSwitch(nameof(FastPaths.Decoding))) expected = Logits(out madePlain);
        made.Should().BeLessThan(madePlain - 30, "the layers make no tensors of their own");
        // bfloat16: sums in another order are rounded to another number here and there.
        Close.Equal(expected, found, type == ScalarType.Float32 ? 1e-5 : 4e-2, "logits");

        Tensor Logits(out long made)
        {
            using var cache = new KeyValueCache();
            var steps = new List<Tensor>();
            made = 0;
            for (var (from, to) = (0, 9); from < 110; (from, to) = (to, Math.Min(110, to == 30 ? 80 : to + 1)))
            {
                var before = Made();
                steps.Add(model.call(
                    new ModelInputs
                    {
                        InputIds = ids.narrow(1, from, to - from), AttentionMask = mask.narrow(1, 0, to),
                        PositionIds = positions.narrow(1, from, to - from),
                    },
                    new ForwardOptions { PastKeyValues = cache, LogitsToKeep = 1 }).Logits!.to(ScalarType.Float32));
                if (to == 12) made = Made() - before;
                if (to == 110) break;
            }
            return cat(steps, 1);
        }
    }

    [SkippableTheory]
    [InlineData("gpt2"), InlineData("llama"), InlineData("gemma3")]
    public void Generated_tokens_with_beams_are_those_of_the_separate_operations(string family)
    {
        SkipWhereOff();
        var model = Model(family, ScalarType.Float32);
        var prompt = randint(5, Vocabulary, [3, 6], ScalarType.Int64);
        foreach (var beams in new[] { 1, 4 })
        {
            var options = new GenerationOptions { MaxNewTokens = 40, NumBeams = beams };
            var found = model.Generate(prompt, options).Sequences.data<long>().ToArray();
            using var off = new PathSwitch(nameof(FastPaths.Decoding));
            found.Should().Equal(model.Generate(prompt, options).Sequences.data<long>().ToArray());
        }
    }

    [SkippableFact]
    public void A_hook_of_a_layer_runs()
    {
        SkipWhereOff();
        using var free = no_grad();
        var model = Model("llama", ScalarType.Float32);
        var calls = 0;
        var hook = model.modules().OfType<Linear>().First().register_forward_hook((_, _, result) =>
        {
            calls++;
            return result;
        });
        Steps(model, 3);
        calls.Should().Be(4);
        hook.remove();
        Steps(model, 3);
        calls.Should().Be(4);
    }

    [SkippableTheory]
    [InlineData("gpt2"), InlineData("llama")]
    public void An_adapter_takes_effect(string family)
    {
        SkipWhereOff();
        using var free = no_grad();
        var model = Model(family, ScalarType.Float32);
        var before = Steps(model, 3);
        var peft = model.GetPeftModel(new LoraConfig { R = 2, InitLoraWeights = false });
        peft.eval();
        (Steps(peft, 3) - before).abs().max().item<float>().Should().BeGreaterThan(1e-4f);
    }

    [SkippableFact]
    public void Attentions_hidden_states_and_training_use_the_separate_operations()
    {
        SkipWhereOff();
        using var free = no_grad();
        var model = Model("llama", ScalarType.Float32);
        using var cache = new KeyValueCache();
        ModelInputs Next() => new() { InputIds = full([1, 1], 7, ScalarType.Int64) };
        model.call(Next(), new ForwardOptions { PastKeyValues = cache });
        model.call(Next(), new ForwardOptions { PastKeyValues = cache, OutputAttentions = true }).Attentions.Should().HaveCount(2);
        model.call(Next(), new ForwardOptions { PastKeyValues = cache, OutputHiddenStates = true }).HiddenStates.Should().HaveCount(3);
        cache.Length.Should().Be(3);
        using (enable_grad())
            model.call(Next(), new ForwardOptions { PastKeyValues = cache }).Logits!.requires_grad.Should().BeTrue();
    }

    private static Tensor Steps(PretrainedModel model, int steps)
    {
        using var cache = new KeyValueCache();
        Tensor? logits = null;
        for (var step = 0; step <= steps; step++)
            logits = model.call(new ModelInputs { InputIds = full([1, 1], 7 + step, ScalarType.Int64) },
                new ForwardOptions { PastKeyValues = cache }).Logits!;
        return logits!;
    }

    private static long Made()
    {
        var tensors = DisposeScopeManager.Statistics.TensorStatistics;
        return tensors.CreatedInScopeCount + tensors.CreatedOutsideScopeCount;
    }

    private static PretrainedModel Model(string family, ScalarType type)
    {
        manual_seed(9);
        PretrainedConfig config = family switch
        {
            "gpt2" => new Gpt2Config { VocabSize = Vocabulary, NEmbd = 64, NLayer = 2, NHead = 4, NPositions = 128, BosTokenId = null },
            "gpt2 with exact GELU" => new Gpt2Config
            {
                VocabSize = Vocabulary, NEmbd = 64, NLayer = 2, NHead = 4, NPositions = 128, BosTokenId = null, ActivationFunction = "gelu",
            },
            "llama" => Sized(new LlamaConfig { AttentionBias = true, MlpBias = true }),
            "qwen3" => Sized(new Qwen3Config { HeadDim = 32, UseSlidingWindow = true, SlidingWindow = 7, MaxWindowLayers = 1 }),
            "phi3" => Sized(new Phi3Config
            {
                OriginalMaxPositionEmbeddings = 16, SlidingWindow = 5,
                RopeParameters = new()
                {
                    RopeType = "longrope", PartialRotaryFactor = 0.5, ShortFactor = [1, 1.2, 1.4, 1.6], LongFactor = [2, 3, 4, 5],
                },
            }),
            _ => Sized(new Gemma3TextConfig { HeadDim = 24, SlidingWindow = 6, SlidingWindowPattern = 2, QueryPreAttnScalar = 30 }),
        };
        var model = AutoModelForCausalLM.FromConfig(config with { EosTokenId = null, PadTokenId = null, InitializerRange = 0.15 });
        using (no_grad())
            foreach (var (name, parameter) in model.named_parameters())
                if (name.EndsWith("bias", StringComparison.Ordinal) || name.Contains("norm", StringComparison.Ordinal))
                    parameter.add_(randn_like(parameter) * 0.1);
        model.eval();
        model.to(type);
        return model;
    }

    private static DecoderConfig Sized(DecoderConfig config) => config with
    {
        VocabSize = Vocabulary,
        HiddenSize = 64,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = config is Gemma3TextConfig ? 4 : 2,
        IntermediateSize = 96,
        MaxPositionEmbeddings = 128,
    };

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Decoding, "The path is turned off.");
        Skip.IfNot(DecoderStep.IsAvailable, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
