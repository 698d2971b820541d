using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Prediction;

/// <content>From texts to batches of similar length and back to the order of the texts.</content>
public abstract partial class Predictor
{
    /// <summary>Number of batches whose texts are tokenized and sorted at once: enough that batches need little padding, few enough that memory does not grow with the number of texts.</summary>
    private const int BatchesPerChunk = 64;

    /// <summary>Maximum number of rows of a batch that the model can compute. Default: what the caller wants.</summary>
    private protected virtual int RowsPerBatch(int batchSize) => batchSize;

    /// <summary>Tokenizes, runs the model in batches and makes a result of each text.</summary>
    /// <typeparam name="TRow">What is kept of the model's output for a row.</typeparam>
    /// <typeparam name="TResult">The result for a text.</typeparam>
    /// <param name="count">Number of texts.</param>
    /// <param name="call">Batch size, adapter, progress, cancellation.</param>
    /// <param name="encode">Encodes a number of texts from a first one, with a row for each text or, with overflowing tokens, for each window of a text.</param>
    /// <param name="read">Reads the output for the rows of a batch; tensors are freed afterwards.</param>
    /// <param name="finish">The result of a text from its number and its rows.</param>
    private protected TResult[] Predict<TRow, TResult>(int count, PredictionCall call, Func<int, int, BatchEncoding> encode,
        Func<ModelOutput, IReadOnlyList<TextEncoding>, TRow[]> read, Func<int, IReadOnlyList<(TextEncoding Encoding, TRow Output)>, TResult> finish)
    {
        RequireOpen();
        ArgumentOutOfRangeException.ThrowIfLessThan(call.BatchSize, 1, nameof(call.BatchSize));
        using var running = Model.Calls.CallInEvaluationMode(Model);
        using var free = no_grad();
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
            if (empty.Item is not null) throw new ArgumentException($"Text {start + textOf[empty.Index]} has no tokens, and the tokenizer adds no special ones. Leave empty texts out.");
            var outputs = new TRow[rows.Count];
            var open = textOf.CountBy(text => text).ToDictionary();
            foreach (var batch in Enumerable.Range(0, rows.Count).OrderByDescending(row => rows[row].Length).Chunk(rowsPerBatch))
            {
                call.CancellationToken.ThrowIfCancellationRequested();
                var read1 = Run([.. batch.Select(row => rows[row])], call.Adapter, read);
                var before = done;
                for (var i = 0; i < batch.Length; i++)
                {
                    outputs[batch[i]] = read1[i];
                    if (--open[textOf[batch[i]]] == 0) done++;
                }
                if (done > before) call.Progress?.Report(done);
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

    /// <summary>Maximum number of tokens of a row, special tokens included; null: no limit is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More are asked for than the model has positions, or fewer than one.</exception>
    private protected int? MaxTokens(int? maxLength, string? adapter)
    {
        var positions = Model.Inputs[0].MaxLength - Model.VirtualTokens(new ForwardOptions { AdapterNames = adapter is null ? null : [adapter] });
        if (maxLength is not { } length) return Tokenizer.ModelMaxLength is { } limit ? Math.Min(limit, positions ?? limit) : positions;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
        return length <= (positions ?? length) ? length : throw new ArgumentOutOfRangeException(nameof(maxLength), length, $"{Model.GetName()} has {positions} positions for the tokens of a text.");
    }

    /// <summary>Rows as tensors, short ones filled up.</summary>
    private protected ModelInputs ToInputs(IReadOnlyList<TextEncoding> rows, PaddingSide side = PaddingSide.Right)
    {
        var width = rows.Max(row => row.Length);
        var names = Model.InputNames;
        var inputs = new ModelInputs { InputIds = Matrix(row => row.Ids, PaddingId) };
        if (names.Contains("attention_mask")) inputs.AttentionMask = Matrix(row => row.AttentionMask, 0);
        if (names.Contains("token_type_ids") && Tokenizer.ModelInputNames.Contains("token_type_ids")) inputs.TokenTypeIds = Matrix(row => row.TypeIds, Tokenizer.PadTokenTypeId);
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

    /// <summary>The model's own padding token goes before the tokenizer's, because models compute positions and the last token from it. Where there is neither, masked tokens can have any id.</summary>
    private protected int PaddingId => Model.Config.PadTokenId is { } id && id >= 0 && id < (Model.Inputs[0].Limit ?? long.MaxValue) ? id : Tokenizer.PadTokenId ?? 0;

    private TRow[] Run<TRow>(IReadOnlyList<TextEncoding> rows, string? adapter, Func<ModelOutput, IReadOnlyList<TextEncoding>, TRow[]> read)
    {
        using var scope = NewDisposeScope();
        var inputs = ToInputs(rows);
        var device = Model.Device;
        if (device.type != DeviceType.CPU) Model.CheckInputs(inputs);            // tensors on a GPU are not checked by the call
        return read(Model.call(inputs.To(device), ForwardOptions.Default with { AdapterNames = adapter is null ? null : [adapter] }), rows);
    }

    private protected static void RequireTexts(IReadOnlyList<string> texts, string name)
    {
        ArgumentNullException.ThrowIfNull(texts, name);
        for (var i = 0; i < texts.Count; i++)
            if (texts[i] is null) throw new ArgumentException($"Text {i} is null; put an empty string where there is none.", name);
    }

    private protected static void RequirePairs(IReadOnlyList<string> texts, IReadOnlyList<string>? others, string name)
    {
        if (others is null) return;
        RequireTexts(others, name);
        if (others.Count != texts.Count) throw new ArgumentException($"There are {texts.Count} first texts but {others.Count} second texts; pairs need as many of each.", name);
    }

    private protected static string[] Slice(IReadOnlyList<string> texts, int start, int count)
    {
        var slice = new string[count];
        for (var i = 0; i < count; i++) slice[i] = texts[start + i];
        return slice;
    }

    private protected static float[] Floats(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
