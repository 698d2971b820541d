#region readme-compare-images-usings
using PeftSharp.Models.Clip;
using PeftSharp.Vision;
using static TorchSharp.torch;
#endregion

namespace Pages.Vision;

/// <summary>The program of <c>docs/images.md</c> that compares images.</summary>
internal static class CompareImages
{
    internal static void Run()
    {
        #region readme-compare-images
        var processor = AutoImageProcessor.FromPretrained("clip-vit-base-patch32");
        using var model = ClipModel.FromPretrained("clip-vit-base-patch32");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var output = model.call(processor.ToModelInputs(RgbImage.Load("photo.jpg"), RgbImage.Load("other.png")));
        var embeddings = output["image_embeds"]!;                          // float [2, projection], each of length 1
        Console.WriteLine($"similarity {embeddings[0].dot(embeddings[1]).item<float>():F3}");
        #endregion
    }
}
