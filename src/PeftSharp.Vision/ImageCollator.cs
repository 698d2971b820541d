using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;

namespace PeftSharp.Vision;

/// <summary>Reads the images of the rows of a batch and converts them to <c>pixel_values</c>.</summary>
/// <remarks>
/// <para>
/// The random numbers of an augmentation depend only on the seed, the epoch and the row. Augmented images are therefore the same in a
/// resumed run and in a run with <c>DataloaderNumWorkers</c>. Images are not augmented in evaluation.
/// </para>
/// <para>
/// Thread safety: instances are immutable. Several threads can use one instance at once if they can also use the collator of the other
/// columns and the function that returns the image of a row at once.
/// </para>
/// </remarks>
public sealed class ImageCollator : IDataCollator
{
    private readonly ImageProcessor _processor;
    private readonly IDataCollator _others;
    private readonly ImageAugmentation? _augmentation;
    private readonly Func<Row, RgbImage> _read;
    private readonly long _seed;

    /// <summary>Creates a collator.</summary>
    /// <param name="processor">The image processor of the model.</param>
    /// <param name="others">
    /// The collator of the other columns, such as a <see cref="DataCollatorWithPadding"/> for captions. Default null: a
    /// <see cref="DefaultDataCollator"/>.
    /// </param>
    /// <param name="augmentation">Random changes in training. Default null: none.</param>
    /// <param name="seed">The seed of the random changes. Default 42.</param>
    /// <param name="imageColumn">The column of the images. Default <c>image</c>.</param>
    /// <param name="read">Returns the image of a row. Default null: the image is read from the file whose path is in the column.</param>
    /// <param name="maxPixels">
    /// The maximum number of pixels of an image file; a larger image is rejected before memory is allocated for it. Default 89,478,485
    /// (<see cref="RgbImage.DefaultMaxPixels"/>). A function <paramref name="read"/> has its own limit.
    /// </param>
    /// <exception cref="ArgumentException">A value of the augmentation is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxPixels"/> is less than 1.</exception>
    public ImageCollator(
        ImageProcessor processor, IDataCollator? others = null, ImageAugmentation? augmentation = null, long seed = 42,
        string imageColumn = ImageFolder.ImageColumn, Func<Row, RgbImage>? read = null,
        long maxPixels = RgbImage.DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentException.ThrowIfNullOrEmpty(imageColumn);
        augmentation?.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        (_processor, _others, _augmentation, _seed) = (processor, others ?? new DefaultDataCollator(), augmentation, seed);
        _read = read ?? (row => RgbImage.Load(row.GetString(imageColumn), maxPixels));
        ColumnNames = [imageColumn, .. _others.ColumnNames];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ColumnNames { get; }

    /// <inheritdoc/>
    public bool DrawsRandomNumbers => _others.DrawsRandomNumbers;

    /// <inheritdoc/>
    /// <exception cref="DatasetException">The image of a row cannot be read. The message contains the row and the reason.</exception>
    /// <exception cref="ArgumentException">There is no row, or the resized images have different sizes.</exception>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public ModelInputs Collate(IReadOnlyList<Row> rows) => Batch(rows, _others.Collate, (image, _) => _processor.Resize(image));

    /// <inheritdoc/>
    /// <exception cref="DatasetException">The image of a row cannot be read. The message contains the row and the reason.</exception>
    /// <exception cref="ArgumentException">There is no row, or the resized images have different sizes.</exception>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public ModelInputs CollateForTraining(IReadOnlyList<Row> rows, int epoch) => Batch(
        rows, others => _others.CollateForTraining(others, epoch),
        (image, row) => _augmentation is null
            ? _processor.Resize(image)
            : _augmentation.Apply(image, _processor, new RandomStream(_seed, epoch, row.Index)));

    private ModelInputs Batch(
        IReadOnlyList<Row> rows, Func<IReadOnlyList<Row>, ModelInputs> others, Func<RgbImage, Row, RgbImage> resize)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RgbImage[] images = [.. rows.Select(row => resize(Read(row), row))];
        Row[] rest = [.. rows.Select(row => row.RemoveColumns(ColumnNames[0]))];
        var inputs = rest.Length == 0 || rest[0].Count == 0 ? new ModelInputs() : others(rest);
        try
        {
            inputs.PixelValues = _processor.Convert(images, nameof(rows));
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    private RgbImage Read(Row row)
    {
        try { return _read(row); }
        catch (Exception error) when (error is ImageException or IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The image of row {row.Index} cannot be read. {error.Message}", error);
        }
    }
}
