using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <content>Batching of texts by length; results are in the order of the texts.</content>
public abstract partial class Predictor
{
    /// <summary>
    /// Number of batches whose texts are tokenized and sorted together: large enough that batches need little padding, small enough that
    /// memory does not grow with the number of texts.
    /// </summary>
    private const int BatchesPerChunk = 64;

    /// <summary>Returns the maximum number of rows per batch that the model supports. Default: <paramref name="batchSize"/>.</summary>
    private protected virtual int RowsPerBatch(int batchSize) => batchSize;

    /// <summary>The options of each call of the model, without adapters. Default: the default options.</summary>
    private protected virtual ForwardOptions Options => ForwardOptions.Default;

    /// <summary>Tokenizes texts, runs the model in batches and creates a result for each text.</summary>
    /// <typeparam name="TRow">The data that is kept from the model's output for a row.</typeparam>
    /// <typeparam name="TResult">The result of a text.</typeparam>
    /// <param name="count">Number of texts.</param>
    /// <param name="call">Batch size, adapter, progress, cancellation.</param>
    /// <param name="encode">
    /// Encodes a range of texts, given the start and the count, to one row per text or, with overflowing tokens, per window.
    /// </param>
    /// <param name="read">Reads the output of a batch; its tensors are freed afterwards.</param>
    /// <param name="finish">Creates the result of a text from its index and its rows.</param>
    private protected TResult[] Predict<TRow, TResult>(
        int count, PredictionCall call, Func<int, int, BatchEncoding> encode,
        Func<ModelOutput, IReadOnlyList<TextEncoding>, TRow[]> read,
        Func<int, IReadOnlyList<(TextEncoding Encoding, TRow Output)>, TResult> finish)
    {
        RequireOpen();
        ArgumentOutOfRangeException.ThrowIfLessThan(call.BatchSize, 1, "batchSize");
        using var running = Model.Calls.CallInEvaluationMode(Model);
        using var noGradient = no_grad();
        var results = new TResult[count];
        var (rowsPerBatch, done) = (RowsPerBatch(call.BatchSize), 0);
        var chunk = (int)Math.Min(int.MaxValue, (long)rowsPerBatch * BatchesPerChunk);
        for (var start = 0; start < count; start += chunk)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            var encoded = encode(start, Math.Min(chunk, count - start));
            var rows = encoded.Encodings;
            var textOf = encoded.OverflowToSampleMapping ?? [.. Enumerable.Range(0, rows.Count)];
            var empty = rows.Index().FirstOrDefault(row => row.Item.Length == 0);
            if (empty.Item is not null)
                throw new ArgumentException($"Text {start + textOf[empty.Index]} has no tokens, "
                    + "and the tokenizer does not add special tokens. Remove empty texts.");
            var outputs = new TRow[rows.Count];
            var open = textOf.CountBy(text => text).ToDictionary();
            foreach (var batch in Enumerable.Range(0, rows.Count).OrderByDescending(row => rows[row].Length).Chunk(rowsPerBatch))
            {
                call.CancellationToken.ThrowIfCancellationRequested();
                var batchOutputs = Run([.. batch.Select(row => rows[row])], call.Adapter, read);
                var before = done;
                for (var i = 0; i < batch.Length; i++)
                {
                    outputs[batch[i]] = batchOutputs[i];
                    if (--open[textOf[batch[i]]] == 0) done++;
                }
                if (done > before) call.Progress?.Report(new PredictionProgress(done, count));
            }
            for (var row = 0; row < rows.Count;)
            {
                var (text, first) = (textOf[row], row);
                while (row < rows.Count && textOf[row] == text) row++;
                results[start + text] = finish(start + text, [.. Enumerable.Range(first, row - first).Select(i => (rows[i], outputs[i]))]);
            }
        }
        return results;
    }

    /// <summary>Returns the number of positions that the virtual tokens of an adapter leave for a text; null: no limit.</summary>
    private protected int? Positions(string? adapter) =>
        Model.Inputs[0].MaxLength - Model.CountVirtualTokens(new ForwardOptions { AdapterNames = adapter is null ? null : [adapter] });

    /// <summary>Returns the maximum number of tokens per row, including special tokens; null: no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxLength"/> is less than 1 or greater than the number of tokens that the model accepts.
    /// </exception>
    private protected int? MaxTokens(int? maxLength, string? adapter)
    {
        var positions = Positions(adapter);
        if (maxLength is not { } length) return Tokenizer.ModelMaxLength is { } limit ? Math.Min(limit, positions ?? limit) : positions;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
        return length <= (positions ?? length)
            ? length
            : throw new ArgumentOutOfRangeException(nameof(maxLength), length,
                $"The maximum length must be at most {positions}, because {Model.GetName()} does not accept longer texts.");
    }

    /// <summary>Converts rows to tensors and pads short rows.</summary>
    private protected ModelInputs ToInputs(IReadOnlyList<TextEncoding> rows, PaddingSide side = PaddingSide.Right)
    {
        var width = rows.Max(row => row.Length);
        var names = Model.InputNames;
        var inputs = new ModelInputs { InputIds = Matrix(row => row.Ids, PaddingId) };
        if (names.Contains("attention_mask")) inputs.AttentionMask = Matrix(row => row.AttentionMask, 0);
        if (names.Contains("token_type_ids") && Tokenizer.ModelInputNames.Contains("token_type_ids"))
            inputs.TokenTypeIds = Matrix(row => row.TypeIds, Tokenizer.PadTokenTypeId);
        return inputs;

        Tensor Matrix(Func<TextEncoding, int[]> column, long filler)
        {
            var values = new long[rows.Count * width];
            Array.Fill(values, filler);
            for (var row = 0; row < rows.Count; row++)
            {
                var place = row * width + (side == PaddingSide.Left ? width - rows[row].Length : 0);
                foreach (var value in column(rows[row])) values[place++] = value;
            }
            return tensor(values, [rows.Count, width], ScalarType.Int64);
        }
    }

    /// <summary>
    /// The id of padded positions: the padding token of the model, otherwise that of the tokenizer, otherwise 0. The padding token of the
    /// model takes precedence, because models use it to compute positions and to find the last token of a row. Without a padding token,
    /// masked positions can have any id.
    /// </summary>
    private protected int PaddingId =>
        Model.Config.PadTokenId is { } id && id >= 0 && id < (Model.Inputs[0].Limit ?? long.MaxValue) ? id : Tokenizer.PadTokenId ?? 0;

    private TRow[] Run<TRow>(IReadOnlyList<TextEncoding> rows, string? adapter, Func<ModelOutput, IReadOnlyList<TextEncoding>, TRow[]> read)
    {
        using var scope = NewDisposeScope();
        var inputs = ToInputs(rows);
        var device = Model.Device;
        if (device.type != DeviceType.CPU) Model.CheckInputs(inputs);            // the call does not check tensors on a GPU
        return read(Model.call(inputs.To(device), Options with { AdapterNames = adapter is null ? null : [adapter] }), rows);
    }

    private protected static void RequireTexts(IReadOnlyList<string> texts, string name)
    {
        ArgumentNullException.ThrowIfNull(texts, name);
        Tokenizer.RequireNoNull(texts, name);
    }

    private protected static void RequirePairs(IReadOnlyList<string> texts, IReadOnlyList<string>? others, string name)
    {
        if (others is null) return;
        RequireTexts(others, name);
        if (others.Count != texts.Count)
            throw new ArgumentException(
                $"{name} contains {Quantity.Of(others.Count, "text")}, but {texts.Count} {(texts.Count == 1 ? "is" : "are")} required: "
                + $"one for each {(name == "contexts" ? "question" : "first text")}.", name);
    }

    private protected static string[] Slice(IReadOnlyList<string> texts, int start, int count)
    {
        var slice = new string[count];
        for (var i = 0; i < count; i++) slice[i] = texts[start + i];
        return slice;
    }

    private protected static float[] Floats(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
