using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>Text that appears while it is generated: <c>await foreach (var piece in model.GenerateStream(prompt, tokenizer))</c>.</summary>
public static class StreamingExtensions
{
    private const int PiecesAhead = 16;          // where nobody reads, the model waits

    /// <summary>Writes on from one prompt, piece by piece; the prompt itself is not repeated.</summary>
    /// <remarks>A thread of its own runs the model. It ends when the text ends, when it is cancelled, or when the caller stops reading; the enumeration ends after it.</remarks>
    /// <param name="model">A model that scores next tokens.</param>
    /// <param name="prompt">What the text begins with; one row.</param>
    /// <param name="tokenizer">The tokenizer that belongs to the model.</param>
    /// <param name="generationConfig">Options; what it leaves out is the model's.</param>
    /// <param name="skipSpecialTokens">Whether special tokens, the end of text for example, are left out. Default true.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>Pieces of text, whole characters, none empty.</returns>
    /// <exception cref="ArgumentException">As for <see cref="GenerationExtensions.Generate"/>, or more than one text is asked for.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IAsyncEnumerable<string> GenerateStream(
        this PretrainedModel model, Prompt prompt, Tokenizer tokenizer, GenerationConfig? generationConfig = null, bool skipSpecialTokens = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Pieces(model, prompt, tokenizer, generationConfig, skipSpecialTokens, cancellationToken);
    }

    private static async IAsyncEnumerable<string> Pieces(
        PretrainedModel model, Prompt prompt, Tokenizer tokenizer, GenerationConfig? config, bool skipSpecialTokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<string>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true, SingleWriter = true });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writer = new Thread(() => Write(model, prompt, tokenizer, config, skipSpecialTokens, pieces.Writer, ended, cancel.Token)) { IsBackground = true, Name = "PeftSharp generation" };
        writer.Start();
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await cancel.CancelAsync().ConfigureAwait(false);       // nobody reads any more; no effect where the text has ended
            await ended.Task.ConfigureAwait(false);
        }
    }

    /// <summary>All of it on one thread, since dispose scopes and gradient modes are a thread's own.</summary>
    private static void Write(
        PretrainedModel model, Prompt prompt, Tokenizer tokenizer, GenerationConfig? config, bool skipSpecialTokens, ChannelWriter<string> pieces, TaskCompletionSource ended, CancellationToken cancel)
    {
        Exception? failure = null;
        try
        {
            var streamer = new TextStreamer(tokenizer, piece => pieces.WriteAsync(piece, cancel).AsTask().GetAwaiter().GetResult(), skipPrompt: true, skipSpecialTokens);
            using var output = model.GenerateDetailed(prompt, config, tokenizer: tokenizer, streamer: streamer, cancellationToken: cancel);
        }
        catch (Exception error)
        {
            failure = error;                                        // the reader throws it
        }
        finally
        {
            pieces.Complete(failure);
            ended.SetResult();
        }
    }
}
