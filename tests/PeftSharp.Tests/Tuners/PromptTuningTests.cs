using System.Text.Json.Nodes;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Serialization;
using PeftSharp.Tests.Generation;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

public sealed class PromptTuningTests : TunerTests<PromptTuningConfig>
{
    private const int Virtual = 3;

    protected override PromptTuningConfig Config => new() { NumVirtualTokens = Virtual };

    protected override bool CanMerge => false;

    protected override bool CanMixRows => false;

    protected override bool CanStack => false;

    protected override int VirtualTokens => Virtual;

    [Fact]
    public void Virtual_tokens_start_from_the_tokens_of_a_text_repeated_or_cut_and_the_file_needs_no_tokenizer()
    {
        using var folder = new TemporaryFolder();
        using var tiny = new TinyWriter();
        var ids = tiny.Ids("to be or not");
        foreach (var count in new[] { 2, ids.Length + 2 })
        {
            var config = new PromptTuningConfig
            {
                NumVirtualTokens = count, PromptTuningInit = PromptTuningInit.Text, PromptTuningInitText = "to be or not",
                Tokenizer = tiny.Tokenizer, TokenizerNameOrPath = "mine",
            };
            var peft = tiny.Model.GetPeftModel(config);
            using var table = ((TorchSharp.Modules.Parameter)tiny.Model.InputEmbeddings!.get_parameter("weight")!).detach();
            var expected = stack([.. Enumerable.Range(0, count).Select(index => table[ids[index % ids.Length]])]);
            Close.Equal(expected, peft.state_dict()["prompt_encoder.default.embedding.weight"], 0, "start");
            TinyModels.Disturb(peft);
            peft.SavePretrained(folder.Path);
            var trained = peft.state_dict()["prompt_encoder.default.embedding.weight"].clone();
            using var again = PeftModel.FromPretrained(peft.Unload(), folder.Path, isTrainable: true);
            Close.Equal(trained, again.state_dict()["prompt_encoder.default.embedding.weight"], 0, "loaded");
            Assert.Equal("mine", (string?)JsonFile.Read(folder.File("adapter_config.json"))["tokenizer_name_or_path"]);
            again.Unload();
        }
    }

    [Fact]
    public void Virtual_tokens_start_from_random_tokens_of_the_vocabulary()
    {
        var model = TinyModels.Gpt2();
        var rows = ((TorchSharp.Modules.Parameter)model.InputEmbeddings!.get_parameter("weight")!).detach();
        manual_seed(4);
        using var peft = model.GetPeftModel(Config with { PromptTuningInit = PromptTuningInit.SampleVocab });
        var start = peft.state_dict()["prompt_encoder.default.embedding.weight"];
        foreach (var token in Enumerable.Range(0, Virtual))
            Assert.True(rows.eq(start[token]).all(1).any().item<bool>(), $"Virtual token {token} is no row of the vocabulary.");
    }

    public static TheoryData<string, PromptTuningConfig> Nonsense => new()
    {
        { "NumVirtualTokens", new PromptTuningConfig() },
        { "PromptTuningInitText", new PromptTuningConfig { NumVirtualTokens = 2, PromptTuningInit = PromptTuningInit.Text } },
        { "Tokenizer",
            new PromptTuningConfig
            {
                NumVirtualTokens = 2, PromptTuningInit = PromptTuningInit.Text, PromptTuningInitText = "a", TokenizerNameOrPath = "b",
            } },
        { "TokenizerNameOrPath",
            new PromptTuningConfig { NumVirtualTokens = 2, PromptTuningInit = PromptTuningInit.Text, PromptTuningInitText = "a" } },
        { "to Text", new PromptTuningConfig { NumVirtualTokens = 2, PromptTuningInitText = "a" } },
        { "NumTransformerSubmodules", new PromptTuningConfig { NumVirtualTokens = 2, NumTransformerSubmodules = 2 } },
        { "Seq2SeqLM", new PromptTuningConfig { NumVirtualTokens = 2, TaskType = TaskType.Seq2SeqLM } },
        { "TokenDim", new PromptTuningConfig { NumVirtualTokens = 2, TokenDim = 7 } },
        { "TokenizerKwargs", new PromptTuningConfig { NumVirtualTokens = 2, TokenizerKwargs = new JsonObject { ["use_fast"] = true } } },
        { "12 positions", new PromptTuningConfig { NumVirtualTokens = 12 } },
    };

    [Theory, MemberData(nameof(Nonsense))]
    public void An_invalid_configuration_is_refused_by_name_and_the_model_is_unchanged(string name, PromptTuningConfig config)
    {
        var model = TinyModels.Gpt2();
        var before = TinyModels.Bits(model);
        FluentActions.Invoking(() => model.GetPeftModel(config)).Should().Throw<ArgumentException>().Which.Message.Should().Contain(name);
        model.state_dict().Keys.Should().Equal(before.Keys);
        model.parameters().Should().AllSatisfy(parameter => parameter.requires_grad.Should().BeTrue());
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused_with_the_id_that_has_no_embedding()
    {
        using var tiny = new TinyWriter();
        var largest = tiny.Ids("to be or not").Max();
        largest.Should().BeGreaterThanOrEqualTo(31);
        var config = new PromptTuningConfig
        {
            NumVirtualTokens = 2, PromptTuningInit = PromptTuningInit.Text, PromptTuningInitText = "to be or not",
            Tokenizer = tiny.Tokenizer, TokenizerNameOrPath = "other",
        };
        FluentActions.Invoking(() => TinyModels.Gpt2().GetPeftModel(config))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain($"id {largest}, but the model's embeddings have 31 rows");
    }

    [Fact]
    public void A_text_that_was_not_used_does_not_keep_a_file_from_loading()
    {
        using var folder = new TemporaryFolder();
        using var peft = TinyModels.Gpt2().GetPeftModel(Config);
        peft.SavePretrained(folder.Path);
        var json = JsonFile.Read(folder.File("adapter_config.json"));
        json["prompt_tuning_init_text"] = "left over";
        JsonFile.Write(folder.File("adapter_config.json"), json);
        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path);
        loaded.SavePretrained(folder.Path);
        Assert.Equal("left over", (string?)JsonFile.Read(folder.File("adapter_config.json"))["prompt_tuning_init_text"]);
    }

    [Fact]
    public void Labels_and_answers_of_tokens_move_with_the_text()
    {
        var config = new BertConfig
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
            HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0,
        };
        var ids = TinyModels.Inputs().InputIds!;
        using var answers = AutoModelForQuestionAnswering.FromConfig(config).GetPeftModel(Config with { TaskType = TaskType.QuestionAns });
        answers.eval();
        var (starts, ends) = (tensor(new long[] { 0, 2, 5 }), tensor(new long[] { 1, 3, 5 }));
        var output = answers.call(new ModelInputs { InputIds = ids, StartPositions = starts, EndPositions = ends });
        output.StartLogits!.shape.Should().Equal(3, Virtual + 6);
        var expected = (nn.functional.cross_entropy(output.StartLogits, starts + Virtual)
            + nn.functional.cross_entropy(output.EndLogits!, ends + Virtual)) / 2;
        Close.Equal(expected, output.Loss!, 1e-6, "loss of answers");

        using var tokens = AutoModelForTokenClassification.FromConfig(config).GetPeftModel(Config with { TaskType = TaskType.TokenCls });
        tokens.eval();
        var labels = ids % 2;
        var scores = tokens.call(new ModelInputs { InputIds = ids, TokenTypeIds = zeros_like(ids), Labels = labels });
        Close.Equal(nn.functional.cross_entropy(scores.Logits!.narrow(1, Virtual, 6).reshape(-1, 2), labels.reshape(-1)), scores.Loss!,
            1e-6, "loss of tokens");
    }

    [Fact]
    public void A_task_that_is_not_set_follows_from_the_model_or_is_asked_for_where_a_head_would_be_left_behind()
    {
        using var writer = TinyModels.Gpt2().GetPeftModel(Config);
        Assert.Equal(TaskType.CausalLM, writer.PeftConfigs["default"].TaskType);
        FluentActions.Invoking(() => TinyModels.Bert().GetPeftModel(Config))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("TaskType.SeqCls");
    }

    [Fact]
    public void An_adapter_of_a_model_of_another_depth_is_reported_and_refused_when_strict()
    {
        using var folder = new TemporaryFolder();
        using (var saved = TinyModels.Gpt2().GetPeftModel(Config with { NumLayers = 7 })) saved.SavePretrained(folder.Path);
        using var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path);
        peft.LoadReport!.Warnings.Should().ContainSingle().Which.Should().Contain("num_layers is 7");
        FluentActions.Invoking(() => PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path, strict: true))
            .Should().ThrowExactly<CheckpointException>();
    }

    [Fact]
    public void Positions_of_the_caller_are_those_of_the_text()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(Config);
        peft.eval();
        var ids = TinyModels.Inputs().InputIds!;
        var plain = peft.call(new ModelInputs { InputIds = ids }).Logits!;
        Close.Equal(plain,
            peft.call(new ModelInputs { InputIds = ids, PositionIds = arange(6, ScalarType.Int64).unsqueeze(0) }).Logits!, 0, "logits");
        var embedded = peft.InputEmbeddings!.call(ids);
        Close.Equal(plain, peft.call(new ModelInputs { InputsEmbeds = embedded }).Logits!, 0, "logits of embeddings");
    }

    [Fact]
    public void Inputs_without_room_for_virtual_tokens_are_refused_with_what_would_fit()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(Config);
        peft.eval();
        var tooLong = randint(5, 31, [1, 10], dtype: ScalarType.Int64);
        FluentActions.Invoking(() => peft.call(new ModelInputs { InputIds = tooLong }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("maxLength: 9");
        var prompt = new[] { 5, 6, 7 };
        FluentActions.Invoking(() => peft.Generate(prompt, new GenerationOptions { MaxNewTokens = 8 }).Sequences)
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("3 virtual tokens", "MaxNewTokens to at most 7");
        using var text = peft.Generate(prompt, new GenerationOptions { MaxNewTokens = 7 }).Sequences;
        Assert.Equal(10, text.shape[1]);
        var packed = new ModelInputs { InputIds = tooLong.narrow(1, 0, 4), PositionIds = tensor(new long[] { 0, 1, 0, 1 }).unsqueeze(0) };
        FluentActions.Invoking(() => peft.call(packed))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain("several texts");
        var pairs = new ModelInputs { InputIds = tooLong.narrow(1, 0, 4), AttentionMask = ones([1, 1, 4, 4], ScalarType.Bool) };
        FluentActions.Invoking(() => peft.call(pairs))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain("attention_mask");
    }

    [Fact]
    public void A_model_whose_input_has_more_axes_or_no_embeddings_is_refused()
    {
        var config = new BertConfig
        {
            VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 12,
        };
        using var choices = AutoModelForMultipleChoice.FromConfig(config).GetPeftModel(Config);
        FluentActions.Invoking(() => choices.call(new ModelInputs { InputIds = ones([3, 2, 6], ScalarType.Int64) }))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain("[3, 2, 6]");
        using var linear = new ModuleModel(new Scores(), [new InputSpec("values", InputKind.Values)]);
        FluentActions.Invoking(() => linear.GetPeftModel(Config))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("inputs_embeds");
    }

    private sealed class Scores : nn.Module<ModelInputs, ModelOutput>
    {
        private readonly nn.Module<Tensor, Tensor> _linear = nn.Linear(2, 2);

        internal Scores() : base(nameof(Scores)) => RegisterComponents();

        public override ModelOutput forward(ModelInputs inputs) => new() { Logits = _linear.call(inputs["values"]!) };
    }
}
