using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models;

/// <summary>Tests that every family of vision models must pass; the images of the configuration have 8 x 8 pixels.</summary>
public abstract class VisionFamilyTests<TConfig> : FamilyTests<TConfig> where TConfig : VisionConfig
{
    private const int Rows = 3, Size = 8;

    [Fact]
    public void Attentions_are_probabilities_and_leave_the_output_as_it_is()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var options = new ForwardOptions { OutputAttentions = true, OutputHiddenStates = true };
        var plain = model.call(new ModelInputs { PixelValues = Pixels() });
        var output = model.call(new ModelInputs { PixelValues = Pixels() }, options);
        Close.Equal(plain.LastHiddenState!, output.LastHiddenState!, 1e-5, "last hidden state");
        Assert.Equal(output.HiddenStates.Count - 1, output.Attentions.Count);
        foreach (var attention in output.Attentions)
            Close.Equal(ones_like(attention.sum(-1)), attention.sum(-1), 1e-6, "sum of a row");
    }

    [Fact]
    public void An_image_of_another_size_is_refused_unless_positions_are_interpolated()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var wide = new ModelInputs { PixelValues = Pixels(height: Size, width: 2 * Size + 1) };
        FluentActions.Invoking(() => model.call(wide)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("image_size").And.Contain("InterpolatePosEncoding");
        var patches = 2 * (int)Math.Pow(Size / Tiny.PatchSize[0], 2);
        model.call(wide, new ForwardOptions { InterpolatePosEncoding = true }).LastHiddenState!.shape[1].Should().Be(1 + patches);
    }

    [Fact]
    public void An_image_of_the_size_of_the_configuration_is_not_interpolated()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        var inputs = new ModelInputs { PixelValues = Pixels() };
        Close.Equal(model.call(inputs).LastHiddenState!,
            model.call(inputs, new ForwardOptions { InterpolatePosEncoding = true }).LastHiddenState!, 0, "last hidden state");
    }

    [Fact]
    public void A_batch_that_does_not_consist_of_images_is_refused()
    {
        using var model = Build(ModelTask.FeatureExtraction);
        foreach (var wrong in new[] { Pixels()[0], Pixels().narrow(1, 0, 1), Pixels().to(ScalarType.Byte) })
            FluentActions.Invoking(() => model.call(new ModelInputs { PixelValues = wrong }))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("pixel_values");
        FluentActions.Invoking(() => model.call(new ModelInputs { PixelValues = Pixels(), ["input_ids"] = ones(3, 2) }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'input_ids'");
    }

    protected static Tensor Pixels(int height = Size, int width = Size)
    {
        using var generator = new Generator(5);
        return randn([Rows, 3, height, width], generator: generator);
    }

    protected override ModelInputs Inputs(PretrainedModel model, bool labels)
    {
        var inputs = new ModelInputs { PixelValues = Pixels() };
        if (labels) inputs.Labels = arange(Rows, ScalarType.Int64) % model.Config.NumLabels;
        return inputs;
    }
}
