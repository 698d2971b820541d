using PeftSharp.Native;

namespace PeftSharp.Kernels;

/// <summary>
/// Switches for the optimized kernels. Each kernel has a reference implementation, which computes the same results except for rounding
/// errors and is used if the switch is off.
/// </summary>
/// <remarks>
/// <para>All are on by default except <see cref="Allocator"/>, which changes the whole process. The environment variable
/// <c>PEFTSHARP_FAST_PATHS</c> sets the initial values of the kernels' switches: <c>0</c> turns all off, <c>1</c> leaves all on, and a
/// list of names (<c>dropout,attention</c>) leaves only these on. The variable does not affect <see cref="Allocator"/>.</para>
/// <para>Thread safety: the switches are static and apply to the whole process. Set them while no thread calls a model.</para>
/// </remarks>
public static class FastPaths
{
    private const string Variable = "PEFTSHARP_FAST_PATHS";
    private static readonly string[] _names =
        ["dropout", "attention", "linear_cross_entropy", "first_token_only", "small_batch_linear", "linear", "activation", "rms_norm",
            "rotary", "decoding", "adam_w"];

    /// <summary>Draws dropout masks with vector instructions. The masks are bit-identical to libtorch's masks.</summary>
    public static bool Dropout { get; set; } = IsOnAtStart("dropout");

    /// <summary>Computes attention with fused kernels. In training, scale, mask, scores of relative positions, softmax and dropout are
    /// computed in one pass; for a model with dropout, this also requires <see cref="Dropout"/>. In generation, the attention of one query
    /// is computed in one pass. If several query heads share a key and value head, keys and values are not copied for each query
    /// head.</summary>
    public static bool Attention { get; set; } = IsOnAtStart("attention");

    /// <summary>Computes the loss of a language model in chunks of rows, so the logits of all rows are never in memory at the same time.
    /// Used if the trainer needs only the loss.</summary>
    public static bool LinearCrossEntropy { get; set; } = IsOnAtStart("linear_cross_entropy");

    /// <summary>
    /// Computes the last layer of an encoder for the first token only, if no other token is read. Used for classifiers of texts and images,
    /// multiple choice, the images of CLIP and sentence embeddings with <c>cls</c> pooling.
    /// </summary>
    public static bool FirstTokenOnly { get; set; } = IsOnAtStart("first_token_only");

    /// <summary>Computes linear layers for few rows and without gradients, as in generation: at most 16 rows, or more in bfloat16 on
    /// processors without 512-bit vectors.</summary>
    public static bool SmallBatchLinear { get; set; } = IsOnAtStart("small_batch_linear");

    /// <summary>Computes float32 matrix products with 512-bit vectors: linear layers and their gradients, attention and a language model's
    /// loss. Used on processors with such vectors, except Intel processors, on which libtorch uses such vectors itself.</summary>
    public static bool Linear { get; set; } = IsOnAtStart("linear");

    /// <summary>Computes activations of bfloat16 tensors with a lookup table, GELU (tanh approximation) of float32 tensors with one
    /// exponential per element, and the activation and the product of gated feed-forward layers in one pass.</summary>
    public static bool Activation { get; set; } = IsOnAtStart("activation");

    /// <summary>Computes RMS normalization with one pass over each row, forward and backward.</summary>
    public static bool RmsNorm { get; set; } = IsOnAtStart("rms_norm");

    /// <summary>Computes rotary position embeddings with one pass over each head, forward and backward.</summary>
    public static bool Rotary { get; set; } = IsOnAtStart("rotary");

    /// <summary>Computes all layers of a decoder in one parallel region during generation on the CPU. Used for at most 16 rows, if no
    /// adapter wraps a layer of the decoder and no hook is registered.</summary>
    public static bool Decoding { get; set; } = IsOnAtStart("decoding");

    /// <summary>Computes steps of AdamW with gradient clipping in the same pass, and the norm of the gradients on all threads.</summary>
    public static bool AdamW { get; set; } = IsOnAtStart("adam_w");

    /// <summary>Whether CPU tensors are allocated by PeftSharp's allocator, which reuses the memory of freed tensors. Default false,
    /// because the allocator affects the whole process.</summary>
    /// <value>True while the allocator is installed.</value>
    /// <remarks>
    /// <para>
    /// Turning it on reduces the peak memory of a training run by 15 to 30 percent. On virtual machines where new pages of memory are
    /// expensive, it also reduces the time of a run, by up to 44 percent (docs/performance.md has the measurements). Programs that mainly
    /// train should turn it on in their first statement. Turning it on changes the process: it installs an allocator for all CPU tensors of
    /// libtorch, it sets glibc's thresholds (<c>mallopt</c>) so that memory freed by any code that uses <c>malloc</c> stays in the process,
    /// and it maps one page of machine code. At the end of <c>Trainer.Train</c> freed memory is returned to the system
    /// (<c>malloc_trim</c>).
    /// </para>
    /// <para>
    /// Turning it off reinstalls libtorch's allocator and the thresholds with which the process started. Two effects remain: the page is
    /// kept, because its code frees the tensors that were allocated while the allocator was on, and glibc's automatic adjustment of its
    /// thresholds stays off, because a call of <c>mallopt</c> turns the adjustment off permanently.
    /// </para>
    /// <para>
    /// Supported on Linux x64 with glibc and a libtorch whose allocator has the expected layout. On other systems, or if the program has
    /// installed its own allocator, the value remains false.
    /// </para>
    /// </remarks>
    /// <exception cref="NativeBackendException">The value is set to true and the native backend cannot be loaded.</exception>
    public static bool Allocator
    {
        get => TensorAllocator.IsOn;
        set
        {
            if (value) NativeBackend.Load();
            TensorAllocator.Use(value);
        }
    }

    private static bool IsOnAtStart(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } value || value == "1") return true;
        if (value == "0") return false;
        var named = value.Split(',', StringSplitOptions.TrimEntries);
        return named.FirstOrDefault(other => !_names.Contains(other)) is { } unknown
            ? throw new ArgumentException($"The environment variable {Variable} contains '{unknown}'. "
                + $"Set it to 0 (all off), 1 (all on) or a comma-separated list of the switches to leave on: {string.Join(", ", _names)}.")
            : named.Contains(name);
    }
}
