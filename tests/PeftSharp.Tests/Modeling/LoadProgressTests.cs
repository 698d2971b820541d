using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tests.Tuners;

namespace PeftSharp.Tests.Modeling;

/// <summary>Loading reports its progress, can be cancelled, and can run on another thread.</summary>
public sealed class LoadProgressTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = TorchSharp.torch.NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public LoadProgressTests()
    {
        using var model = TinyModels.Gpt2();
        model.SavePretrained(_folder.Path);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Progress_rises_to_the_bytes_of_all_parameters_and_names_the_tensors()
    {
        var told = new List<LoadProgress>();
        using var model = AutoModelForCausalLM.FromPretrained(_folder.Path, new PretrainedOptions { Progress = new Now(told.Add) });
        Assert.Equal(model.parameters().Sum(parameter => parameter.numel() * 4), told[^1].TotalBytes);
        Assert.Equal(1, told[^1].Fraction);
        told.Select(progress => progress.LoadedBytes).Should().Equal(told.Select(progress => progress.LoadedBytes).Order());
        told.Select(progress => progress.Tensor).Order(StringComparer.Ordinal)
            .Should().Equal(model.named_parameters().Select(pair => pair.name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Loading_is_cancelled_between_two_tensors_and_runs_on_another_thread()
    {
        using var cancel = new CancellationTokenSource();
        var count = 0;
        var options = new PretrainedOptions { Progress = new Now(_ => { if (++count == 3) cancel.Cancel(); }) };
        FluentActions.Invoking(() => AutoModelForCausalLM.FromPretrained(_folder.Path, options, cancel.Token))
            .Should().Throw<OperationCanceledException>();
        Assert.Equal(3, count);
        await FluentActions.Awaiting(() => AutoModelForCausalLM.FromPretrainedAsync(_folder.Path, cancellationToken: cancel.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        using var model = await PeftSharp.Models.Gpt2.Gpt2LMHeadModel.FromPretrainedAsync(_folder.Path);
        using var expected = AutoModelForCausalLM.FromPretrained(_folder.Path);
        TinyModels.AssertSame(TinyModels.Logits(expected), TinyModels.Logits(model));
    }

    private sealed class Now(Action<LoadProgress> told) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => told(value);
    }
}
