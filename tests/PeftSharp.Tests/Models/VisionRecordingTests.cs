using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Clip;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models;

/// <summary>Outputs of ViT and CLIP that tests/fixtures/vision/make_models.py recorded, on the recorded models.</summary>
[Trait("Category", "Parity")]
public sealed class VisionRecordingTests : IDisposable
{
    private const double Tolerance = 1e-5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Dictionary<string, Tensor> _expected = Safetensors.Load(
        Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "vision", "models.safetensors"));

    public void Dispose() => _scope.Dispose();

    private static string Clip => ReferenceRoot.Require("models", "clip");

    [SkippableFact]
    public void Images_of_another_size_have_interpolated_positions()
    {
        using var vit = AutoModelForImageClassification.FromPretrained(ReferenceRoot.Require("models", "vit-image-classification"));
        using var inputs = new ModelInputs { PixelValues = _expected["pixels"] };
        Check("vit.interpolated", vit.call(inputs, new ForwardOptions { InterpolatePosEncoding = true }).Logits!);
        using var clip = ClipModel.FromPretrained(Clip);
        Check("clip.image_features.interpolated", clip.GetImageFeatures(inputs, interpolatePosEncoding: true));
    }

    [SkippableFact]
    public void Text_features_come_from_the_end_of_the_text_by_the_current_and_the_older_rule()
    {
        using var inputs = Recorded("input_ids", "attention_mask");
        using var clip = ClipModel.FromPretrained(Clip);
        Check("clip.text_features", clip.GetTextFeatures(inputs));
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Clip)) File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        var config = Path.Combine(folder.Path, "config.json");
        File.SetAttributes(config, FileAttributes.Normal);
        var text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"eos_token_id\": 98", "\"eos_token_id\": 2", StringComparison.Ordinal));
        using var older = ClipModel.FromPretrained(folder.Path);
        Check("clip.text_features.older_eos", older.GetTextFeatures(inputs));
    }

    [SkippableFact]
    public void The_text_and_the_vision_model_are_loaded_from_the_folder_of_the_whole_model()
    {
        using var text = ClipTextModel.FromPretrained(Clip);
        text.LoadReport!.IsComplete.Should().BeTrue("the report is: {0}", text.LoadReport);
        var output = text.call(Recorded("input_ids", "attention_mask"));
        Check("clip.text.last_hidden_state", output.LastHiddenState!);
        Check("clip.text.pooler_output", output.PoolerOutput!);
        using var vision = ClipVisionModel.FromPretrained(Clip);
        vision.LoadReport!.IsComplete.Should().BeTrue("the report is: {0}", vision.LoadReport);
        output = vision.call(Recorded("pixel_values"));
        Check("clip.vision.last_hidden_state", output.LastHiddenState!);
        Check("clip.vision.pooler_output", output.PoolerOutput!);
    }

    [SkippableFact]
    public void The_models_with_projections_give_the_features_of_the_whole_model()
    {
        using var clip = ClipModel.FromPretrained(Clip);
        var options = new PretrainedOptions { IgnoreMismatchedSizes = true };                // projection_dim of the parts is another one
        using var text = ClipTextModelWithProjection.FromPretrained(Clip, options);
        using var vision = ClipVisionModelWithProjection.FromPretrained(Clip, options);
        text.LoadReport!.MismatchedKeys.Should().ContainSingle().Which.Name.Should().Be("text_projection.weight");
        var pooled = text.call(Recorded("input_ids", "attention_mask"));
        pooled["text_embeds"]!.shape.Should().Equal(3, 512);
        Check("clip.text.last_hidden_state", pooled.LastHiddenState!);
        vision.call(Recorded("pixel_values"))["image_embeds"]!.shape.Should().Equal(3, 512);
    }

    [SkippableFact]
    public void CLIP_classifies_images_by_the_mean_of_their_patches()
    {
        using var clip = AutoModelForImageClassification.FromPretrained(Clip, new PretrainedOptions { NumLabels = 3 });
        using (no_grad())
            foreach (var name in new[] { "classifier.weight", "classifier.bias" }) clip.state_dict()[name].copy_(_expected[name]);
        var inputs = Recorded("pixel_values");
        inputs.Labels = tensor(new long[] { 0, 2, 1 });
        var output = clip.call(inputs);
        Check("clip.classifier.logits", output.Logits!);
        Check("clip.classifier.loss", output.Loss!);
    }

    private void Check(string name, Tensor found) => Close.Equal(_expected[name], found, Tolerance, name);

    private static ModelInputs Recorded(params string[] names)
    {
        var all = Safetensors.Load(Path.Combine(Clip, "expected.safetensors"));
        return new ModelInputs(names.Select(name => KeyValuePair.Create(name, all["input." + name])));
    }
}
