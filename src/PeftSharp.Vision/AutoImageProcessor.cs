namespace PeftSharp.Vision;

/// <summary>Loads the image processor of a model (transformers' <c>AutoImageProcessor</c>).</summary>
public static class AutoImageProcessor
{
    /// <summary>Reads <c>preprocessor_config.json</c>, in the current or an older spelling.</summary>
    /// <param name="folder">The folder of the model.</param>
    /// <exception cref="CheckpointException">
    /// The file is missing or malformed, it belongs to another image processor than that of ViT or CLIP, or it asks for a step that is not
    /// supported; the message names the field.
    /// </exception>
    public static ImageProcessor FromPretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new ImageProcessor(ImageProcessorFile.Read(folder));
    }
}
