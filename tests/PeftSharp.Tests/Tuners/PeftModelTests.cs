using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Properties of an adapted model that do not depend on its numbers.</summary>
public sealed class PeftModelTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_fresh_adapter_and_an_adapter_that_is_off_give_the_bits_of_the_base_model()
    {
        var model = TinyModels.Gpt2();
        var before = TinyModels.Logits(model);
        using var peft = model.GetPeftModel(new LoraConfig { R = 4 });
        TinyModels.AssertSame(before, TinyModels.Logits(peft));
        TinyModels.Disturb(peft);
        Assert.False(TinyModels.Same(before, TinyModels.Logits(peft)));
        using (peft.DisableAdapter()) TinyModels.AssertSame(before, TinyModels.Logits(peft));
        Assert.False(TinyModels.Same(before, TinyModels.Logits(peft)));
        using var unloaded = peft.Unload();
        TinyModels.AssertSame(before, TinyModels.Logits(unloaded));
        unloaded.parameters().Should().AllSatisfy(parameter => parameter.requires_grad.Should().BeTrue());
    }

    [Fact]
    public void A_training_step_changes_every_adapter_parameter_and_no_bit_of_the_base_model()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(
            new LoraConfig { R = 4, InitLoraWeights = false, TargetModules = ["c_attn", "c_fc", "wpe"] });
        var before = TinyModels.Bits(peft);
        var trained = peft.parameters().Where(parameter => parameter.requires_grad).ToArray();
        using var optimizer = optim.SGD(trained, 0.5);
        peft.train();
        using var inputs = TinyModels.Inputs();
        peft.call(inputs).Loss!.backward();
        optimizer.step();
        peft.state_dict().Where(pair => !TinyModels.Same(before[pair.Key], pair.Value)).Select(pair => pair.Key)
            .Should().Equal(before.Keys.Where(name => name.Contains(".lora_", StringComparison.Ordinal)));
        peft.named_parameters().Where(pair => pair.parameter.grad is not null).Select(pair => pair.name)
            .Should().Equal(
                peft.named_parameters().Select(pair => pair.name).Where(name => name.Contains(".lora_", StringComparison.Ordinal)));
    }

    [Fact]
    public void Trainable_parameters_print_as_in_peft()
    {
        Assert.Equal("trainable params: 294,912 || all params: 124,734,720 || trainable%: 0.2364",
            new TrainableParameters(294_912, 124_734_720).ToString());
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 4 });
        using var writer = new StringWriter { NewLine = "\n" };
        peft.PrintTrainableParameters(writer);
        var all = peft.parameters().Sum(parameter => parameter.numel());
        Assert.Equal(new TrainableParameters(2 * (4 * 16 + 48 * 4), all) + "\n", writer.ToString());
    }

    [Fact]
    public void A_merge_that_would_not_be_finite_is_refused_and_nothing_is_changed()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 4 });
        TinyModels.Disturb(peft);
        using (no_grad()) peft.parameters().Last(parameter => parameter.requires_grad)[0, 0] = float.NaN;
        var before = TinyModels.Bits(peft);
        FluentActions.Invoking(() => peft.Merge())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("transformer.h.1.attn.c_attn");
        FluentActions.Invoking(() => peft.MergeAndUnload()).Should().ThrowExactly<InvalidOperationException>();
        peft.MergedAdapters.Should().BeEmpty();
        foreach (var (name, value) in peft.state_dict().Where(pair => !pair.Key.Contains(".lora_", StringComparison.Ordinal)))
            TinyModels.AssertSame(before[name], value, name);
    }

    [Fact]
    public void A_merge_under_a_tied_head_is_refused_unless_asked_for()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 4, TargetModules = ["wte"] });
        FluentActions.Invoking(() => peft.Merge())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("tie_word_embeddings");
        peft.Merge(safeMerge: false);
    }

    [Fact]
    public void While_adapters_are_merged_training_and_selecting_another_adapter_are_refused()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 4 }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2 });
        peft.Merge();
        peft.MergedAdapters.Should().Equal("first");
        Assert.Equal(0, peft.CountTrainableParameters().Trainable);
        FluentActions.Invoking(() => peft.SetAdapter("second")).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => peft.UseAdapters(["first", "second", "first"])).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => peft.DeleteAdapter("first")).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => peft.AddAdapter("third", new LoraConfig())).Should().ThrowExactly<InvalidOperationException>();
        peft.Unmerge();
        peft.CountTrainableParameters().Trainable.Should().BeGreaterThan(0);
        peft.SetAdapter("second");
    }

    [Fact]
    public void Only_active_adapters_are_trained()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 4 }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2, TargetModules = ["c_fc"] });
        Trained(peft).Should().Equal("first");
        peft.SetAdapter("second");
        Trained(peft).Should().Equal("second");
        peft.SetAdapter("first", "second");
        Trained(peft).Should().Equal("first", "second");
        peft.SetAdapter(["first", "second"], inferenceMode: true);
        Trained(peft).Should().BeEmpty();
    }

    [Fact]
    public void Adapters_are_renamed_and_deleted_without_a_trace()
    {
        var model = TinyModels.Gpt2();
        var keys = model.state_dict().Keys.ToArray();
        using var peft = model.GetPeftModel(new LoraConfig { R = 4, TargetModules = ["wte", "c_attn"], UseDora = true }, "first");
        TinyModels.Disturb(peft);
        var answer = TinyModels.Logits(peft);
        peft.RenameAdapter("first", "other");
        TinyModels.AssertSame(answer, TinyModels.Logits(peft));
        peft.ActiveAdapters.Should().Equal("other");
        Trained(peft).Should().Equal("other");
        peft.DeleteAdapter("other");
        peft.ActiveAdapters.Should().BeEmpty();
        model.state_dict().Keys.Should().Equal(keys);
    }

    [Theory]
    [InlineData("fp32", ScalarType.Float32)]
    [InlineData("bf16", ScalarType.BFloat16)]
    public void Unmerging_restores_every_bit_in_every_type(string name, ScalarType type)
    {
        var model = TinyModels.Bert();
        model.to(type);
        using var peft = model.GetPeftModel(new LoraConfig
        {
            TaskType = TaskType.SeqCls, R = 4, UseDora = name == "fp32", TargetModules = "all-linear", InitLoraWeights = false,
        });
        peft.named_parameters().Where(pair => pair.name.Contains(".lora_", StringComparison.Ordinal))
            .Should().AllSatisfy(pair => pair.parameter.dtype.Should().Be(ScalarType.Float32));
        var before = TinyModels.Bits(peft);
        peft.Merge();
        peft.state_dict().Should().Contain(pair => !TinyModels.Same(before[pair.Key], pair.Value));
        peft.Unmerge();
        foreach (var (key, tensor) in peft.state_dict()) TinyModels.AssertSame(before[key], tensor, key);
    }

    [Fact]
    public void An_adapter_moves_with_its_model_to_another_type_and_back()
    {
        using var peft = TinyModels.Bert().GetPeftModel(
            new LoraConfig { TaskType = TaskType.SeqCls, R = 4, TargetModules = ["query", "word_embeddings"] });
        TinyModels.Disturb(peft);
        var answer = TinyModels.Logits(peft);
        peft.to(ScalarType.Float64);
        peft.parameters().Should().AllSatisfy(parameter => parameter.dtype.Should().Be(ScalarType.Float64));
        Close.Equal(answer, TinyModels.Logits(peft), 1e-5);                 // float32 rounding of the first answer
        peft.CountTrainableParameters().Trainable.Should().BeGreaterThan(0);
        peft.to(ScalarType.Float32);
        TinyModels.AssertSame(answer, TinyModels.Logits(peft));
    }

    [Fact]
    public void Many_steps_leave_no_tensor_behind()
    {
        using var peft = TinyModels.Bert().GetPeftModel(new LoraConfig
        {
            TaskType = TaskType.SeqCls, R = 4, LoraDropout = 0.1, UseDora = true, TargetModules = ["query", "word_embeddings"],
        });
        peft.train();
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 5; step++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            using var inputs = TinyModels.Inputs();
            inputs.Labels = zeros(3, ScalarType.Int64);
            peft.call(inputs).Loss!.backward();
            peft.Merge();
            peft.Unmerge();
            foreach (var parameter in peft.parameters()) parameter.grad = null;
        }
    }

    [Fact]
    public void All_adapters_of_a_folder_are_loaded_by_two_calls()
    {
        using var folder = new TemporaryFolder();
        using var saved = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2 });
        saved.AddAdapter("first", new LoraConfig { R = 2 });
        saved.AddAdapter("second", new LoraConfig { R = 4 });
        saved.SavePretrained(folder.Path);
        using var loaded = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path);
        loaded.LoadAdapters(folder.Path).Should().Equal("first", "second");
        loaded.LoadAdapters(folder.Path).Should().BeEmpty("they are loaded");
        loaded.ActiveAdapters.Should().Equal("default");
        foreach (var name in new[] { "default", "first", "second" })
        {
            saved.SetAdapter(name);
            loaded.SetAdapter(name);
            TinyModels.AssertSame(TinyModels.Logits(saved), TinyModels.Logits(loaded));
        }
        FluentActions.Invoking(() => loaded.LoadAdapters(Path.Combine(folder.Path, "first")))
            .Should().ThrowExactly<CheckpointException>().WithMessage("*has no subfolder with an adapter*");
    }

    private static string[] Trained(PeftModel peft) => [.. peft.named_parameters().Where(pair => pair.parameter.requires_grad)
        .Select(pair =>
            pair.name.Split('.')[Array.FindIndex(pair.name.Split('.'), part => part.StartsWith("lora_", StringComparison.Ordinal)) + 1])
        .Distinct().Order(StringComparer.Ordinal)];
}
