#region readme-classify-images-usings
using PeftSharp.Vision;
#endregion

namespace Pages.Vision;

/// <summary>The programs of <c>docs/images.md</c> that classify images.</summary>
internal static class ClassifyImages
{
    internal static void Run()
    {
        #region readme-classify-images
        using var classify = ImageClassifier.FromPretrained("my-vit");
        var result = classify.Classify("photo.jpg");
        foreach (var score in result.Scores.Take(3)) Console.WriteLine($"{score.Label} {score.Score:F2}");
        #endregion
    }

    internal static void RunZeroShot()
    {
        #region readme-zero-shot
        using var classify = ZeroShotImageClassifier.FromPretrained("clip-vit-base-patch32");
        var result = classify.Classify("photo.jpg", ["cat", "dog", "car"], hypothesisTemplate: "a photo of a {}");
        Console.WriteLine($"{result.Label} {result.Score:F2}");
        #endregion
    }
}
