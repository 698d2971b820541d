using PeftSharp.Generation;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Changes of a model and scopes of adapters during calls are refused or wait; a call never computes with a mixture.</summary>
public sealed class ChangesDuringCallsTests : IDisposable
{
    private const int Requests = 24;

    private readonly TwoAdapters _two = new();

    public void Dispose() => _two.Dispose();

    [Fact]
    public void A_change_of_the_model_while_a_call_runs_is_refused_and_changes_nothing()
    {
        var changes = new (string Name, Action Change)[]
        {
            ("SetAdapter", () => _two.Peft.SetAdapter("ops")),
            ("AddAdapter", () => _two.Peft.AddAdapter("third", new LoraConfig { R = 2 })),
            ("DeleteAdapter", () => _two.Peft.DeleteAdapter("ops")),
            ("RenameAdapter", () => _two.Peft.RenameAdapter("ops", "other")),
            ("AddWeightedAdapter", () => _two.Peft.AddWeightedAdapter(["ops"], [1], "third")),
            ("Merge", () => _two.Peft.Merge()),
            ("Unmerge", () => _two.Peft.Unmerge()),
            ("MergeAndUnload", () => _two.Peft.MergeAndUnload()),
            ("Unload", () => _two.Peft.Unload()),
            ("LoadWeights", () => _two.Peft.LoadWeights("nowhere")),
            ("train", () => _two.Peft.train()),
            ("train of the base model", () => _two.Peft.GetBaseModel().train()),
        };
        var prompt = new[] { 5, 6 };
        var alone = _two.Text(prompt, new GenerationOptions { MaxNewTokens = 5 });
        var keys = _two.Peft.state_dict().Keys.ToArray();
        foreach (var (name, change) in changes)
        {
            Exception? inside = null, outside = null;
            var text = _two.Text(prompt, new GenerationOptions
            {
                MaxNewTokens = 5,
                Streamer = new TwoAdapters.Callback(() =>
                {
                    inside ??= Record.Exception(change);
                    outside ??= Task.Run(() => Record.Exception(change)).Result;
                }),
            });
            foreach (var error in new[] { inside, outside })
                error.Should().BeOfType<InvalidOperationException>(name).Which.Message.Should().Contain("running", name);
            Assert.Equal(alone, text);
        }
        _two.Peft.state_dict().Keys.Should().Equal(keys);
        _two.Peft.ActiveAdapters.Should().Equal("bard");
        _two.Peft.SetAdapter("ops");                                            // after the calls
    }

    [Fact]
    public void A_call_that_starts_during_a_change_waits_for_its_end()
    {
        string? text = null;
        var call = new Thread(() => text = _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 2 }));
        using (_two.Peft.Calls.Change("A test"))
        {
            call.Start();
            Assert.False(call.Join(100));
        }
        call.Join();
        Assert.Equal(_two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 2 }), text);
    }

    [Fact]
    public void Calls_and_changes_at_once_give_a_refusal_or_the_text_of_one_adapter()
    {
        var texts = new[] { "bard", "ops" }.ToDictionary(
            name => name, name => _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 4, Adapter = name }));
        var refused = 0;
        Parallel.For(0, 60, i =>
        {
            if (i % 3 == 0)
            {
                try { _two.Peft.SetAdapter(i % 2 == 0 ? "bard" : "ops"); }
                catch (InvalidOperationException) { Interlocked.Increment(ref refused); }
            }
            else texts.Values.Should().Contain(_two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 4 }));
        });
        refused.Should().BeInRange(0, 20);
    }

    [Fact]
    public void Generating_in_training_mode_restores_the_mode_of_every_module()
    {
        _two.Peft.train();
        var frozen = _two.Peft.modules().Last(module => module.GetName() == "Dropout");
        frozen.eval();
        var modes = _two.Peft.modules().Select(module => module.training).ToArray();
        var alone = _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 6 });
        var texts = new string[Requests];
        Parallel.For(0, Requests, i => texts[i] = _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 6 }));
        texts.Should().AllSatisfy(text => text.Should().Be(alone));
        _two.Peft.modules().Select(module => module.training).Should().Equal(modes);
    }

    [Fact]
    public void A_scope_over_merged_weights_keeps_other_callers_out_and_merges_again()
    {
        using var inputs = TwoAdapters.Inputs(2);
        using var free = no_grad();
        var plain = _two.Peft.CallWithAdapter(inputs, "__base__").Logits!;
        _two.Peft.Merge();
        var merged = _two.Peft.call(inputs).Logits!;
        using (_two.Peft.DisableAdapter())
        {
            TinyModels.AssertSame(plain, _two.Peft.call(inputs).Logits!);
            Exception? refused = null;
            var other = new Thread(() => refused = Record.Exception(() => _two.Peft.call(inputs)));
            other.UnsafeStart();                                             // a new thread, outside the scope
            other.Join();
            Assert.IsType<InvalidOperationException>(refused);
            FluentActions.Invoking(() => _two.Peft.SetAdapter("ops")).Should().ThrowExactly<InvalidOperationException>();
            FluentActions.Invoking(() => _two.Peft.Merge()).Should().ThrowExactly<InvalidOperationException>();
        }
        _two.Peft.MergedAdapters.Should().Equal("bard");
        TinyModels.AssertSame(merged, _two.Peft.call(inputs).Logits!);
        FluentActions.Invoking(() => _two.Peft.CallWithAdapter(inputs, "ops")).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => _two.Peft.UseAdapter("ops")).Should().ThrowExactly<InvalidOperationException>();
        FluentActions.Invoking(() => _two.Peft.Generate(new[] { 5 }, new GenerationOptions { Adapter = "ops" }).Sequences)
            .Should().ThrowExactly<InvalidOperationException>();
    }

    [Fact]
    public void A_scope_whose_adapter_was_renamed_deleted_or_merged_refuses_its_calls()
    {
        using var inputs = TwoAdapters.Inputs(1);
        using var free = no_grad();
        using (_two.Peft.UseAdapter("ops"))
        {
            _two.Peft.RenameAdapter("ops", "other");
            FluentActions.Invoking(() => _two.Peft.call(inputs))
                .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'ops'");
        }
        using (_two.Peft.UseAdapters(["other"]))
        {
            _two.Peft.DeleteAdapter("other");
            FluentActions.Invoking(() => _two.Peft.call(inputs))
                .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'other'");
        }
        using (_two.Peft.UseAdapter("bard"))
        {
            _two.Peft.Merge();
            FluentActions.Invoking(() => _two.Peft.call(inputs))
                .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("merged into the weights ('bard')");
        }
    }

    [Fact]
    public void Scopes_that_end_out_of_order_are_refused()
    {
        var outer = _two.Peft.UseAdapter("ops");
        var inner = _two.Peft.UseAdapter("bard");
        FluentActions.Invoking(outer.Dispose)
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("innermost");
        inner.Dispose();
        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public async Task A_scope_that_an_async_method_returns_is_refused_at_its_end()
    {
        var scope = await Open();
        FluentActions.Invoking(scope.Dispose).Should().ThrowExactly<InvalidOperationException>();

        async Task<IDisposable> Open()
        {
            await Task.Yield();
            return _two.Peft.UseAdapter("ops");
        }
    }
}
