using PeftSharp.Modeling;
using PeftSharp.Tests.Training;
using PeftSharp.Tests.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

/// <summary>Tensors of the wrong type or shape are named before native code or a silent broadcast uses them.</summary>
public sealed class InputErrorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<bool> BertAndGpt2 => [true, false];

    [Theory, MemberData(nameof(BertAndGpt2))]
    public void Ids_that_are_no_integers_or_no_rows_are_refused(bool isBert)
    {
        FluentActions.Invoking(() => Logits(isBert, ones(2, 6), null))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Float32");
        FluentActions.Invoking(() => Logits(isBert, Ids().select(0, 0), null))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("[6]");
    }

    [Theory, MemberData(nameof(BertAndGpt2))]
    public void A_mask_of_three_axes_or_of_numbers_for_each_pair_is_refused(bool isBert)
    {
        FluentActions.Invoking(() => Logits(isBert, Ids(), ones(2, 6, 6, ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("[2, 6, 6]");
        FluentActions.Invoking(() => Logits(isBert, Ids(), ones(2, 1, 6, 6, ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("Int64");
    }

    [Theory, MemberData(nameof(BertAndGpt2))]
    public void A_mask_for_each_pair_of_tokens_hides_the_same_as_bool_and_as_numbers_to_add(bool isBert)
    {
        var seen = ones(2, 1, 6, 6, ScalarType.Bool).tril();
        seen[1, 0, TensorIndex.Colon, 1] = false;                                               // token 1 of the second text is padding
        var added = zeros(2, 1, 6, 6).masked_fill(seen.logical_not(), double.NegativeInfinity);
        var logits = Logits(isBert, Ids(), seen);
        Close.Equal(Logits(isBert, Ids(), added), logits, 1e-6);
        (logits - Logits(isBert, Ids(), null)).abs().max().item<float>().Should().BeGreaterThan(1e-4f, "the mask hides tokens");
    }

    [Theory, MemberData(nameof(BertAndGpt2))]
    public void Too_many_tokens_are_refused_without_the_name_of_a_field_that_the_model_may_not_have(bool isBert)
    {
        var ids = ones(1, 13, ScalarType.Int64);
        FluentActions.Invoking(() => Logits(isBert, ids, null)).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("13 tokens, but this model has 12 positions. Truncate")
            .And.NotContain("max_position_embeddings");
    }

    [Theory, MemberData(nameof(BertAndGpt2))]
    public void Tensors_beside_the_ids_are_checked_against_them(bool isBert)
    {
        using var model = isBert ? TinyModels.Bert() : TinyModels.Gpt2();
        void AssertRefused(string name, Tensor tensor, string said)
        {
            FluentActions.Invoking(() => model.call(new ModelInputs { InputIds = Ids(), [name] = tensor }))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll(name, said);
        }
        AssertRefused("attention_mask", ones(3, 6, ScalarType.Int64), "[3, 6]");
        AssertRefused("token_type_ids", ones(2, 5, ScalarType.Int64), "[2, 5]");
        AssertRefused("token_type_ids", full([2, 6], -1L, ScalarType.Int64), "-1");
        AssertRefused("position_ids", full([1, 6], 99L, ScalarType.Int64), "99");
    }

    [Fact]
    public void A_disposed_model_says_that_it_was_disposed()
    {
        var model = TinyModels.Bert();
        model.Dispose();
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => new PeftSharp.Training.Trainer(model, TinyRun.Arguments(folder)))
            .Should().ThrowExactly<ObjectDisposedException>().Which.Message.Should().Contain("disposed");
    }

    [Fact]
    public void Training_where_gradients_are_off_is_refused()
    {
        using var folder = new TemporaryFolder();
        var trainer = TinyRun.Trainer(TinyRun.Arguments(folder));
        using var free = no_grad();
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("no_grad");
    }

    private static Tensor Ids() => arange(5, 17, ScalarType.Int64).reshape(2, 6);

    private static Tensor Logits(bool isBert, Tensor ids, Tensor? mask)
    {
        using var free = no_grad();
        using var model = isBert ? TinyModels.Bert() : TinyModels.Gpt2();
        foreach (var parameter in model.parameters()) parameter.mul_(10);        // with initial weights, attention has almost no effect
        return model.call(new ModelInputs { InputIds = ids.alias(), AttentionMask = mask?.alias() }).Logits!;
    }
}
