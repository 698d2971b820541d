using System.Text.Json.Serialization;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>The initialization of the factors A and B of a LoRA adapter.</summary>
/// <remarks>
/// <para>Converts implicitly from Python's values: <c>InitLoraWeights = true</c>, <c>= "gaussian"</c>, <c>= "pissa_niter_4"</c>.</para>
/// <para>In embeddings, every initialization except <see cref="Random"/> sets A to zero and draws B from a standard normal distribution;
/// <see cref="Random"/> draws both A and B from this distribution.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
[JsonConverter(typeof(LoraInitializerConverter))]
public abstract class LoraInitializer : IEquatable<LoraInitializer>
{
    private protected LoraInitializer() { }

    /// <summary>
    /// <c>true</c>: initializes A like the weight of a linear layer and B to zero, so that the adapted model initially equals the base
    /// model.
    /// </summary>
    public static LoraInitializer Default { get; } = new DefaultInitializer();

    /// <summary>
    /// <c>false</c>: initializes both A and B like the weight of a linear layer, so that the adapter has an effect before training (for
    /// tests).
    /// </summary>
    public static LoraInitializer Random { get; } = new RandomInitializer();

    /// <summary><c>gaussian</c>: initializes A from a normal distribution with standard deviation 1/r and B to zero.</summary>
    public static LoraInitializer Gaussian { get; } = new GaussianInitializer();

    /// <summary>
    /// <c>pissa</c>: initializes A and B from the r largest singular values of the weight and the corresponding singular vectors. The
    /// initial update of the adapter is subtracted from the base weight, so that base weight and update together equal the original weight
    /// (Meng et al. 2024, arXiv:2404.02948).
    /// </summary>
    public static LoraInitializer Pissa { get; } = new PissaInitializer(null);

    /// <summary>
    /// <c>olora</c>: decomposes the weight into Q and R, and initializes B to the first r columns of Q and A to the first r rows of R.
    /// The initial update of the adapter is subtracted from the base weight, so that base weight and update together equal the original
    /// weight (Büyükakyüz 2024, arXiv:2406.01775).
    /// </summary>
    public static LoraInitializer Olora { get; } = new OloraInitializer();

    /// <summary>
    /// <c>orthogonal</c>: initializes A and B to random matrices whose product B·A is zero although neither matrix is zero. The rank must
    /// be even.
    /// </summary>
    public static LoraInitializer Orthogonal { get; } = new OrthogonalInitializer();

    /// <summary><c>pissa_niter_N</c>: as <see cref="Pissa"/> with a randomized decomposition, which is faster for large weights.</summary>
    /// <remarks>
    /// As in peft, the decomposition is repeated when the adapter is loaded, and a different state of the random number generator leaves a
    /// different residual in the base weights. Instead of saving such an adapter, merge it and save the model.
    /// </remarks>
    /// <param name="iterations">Number of power iterations, at least 0; 4 is common.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="iterations"/> is negative.</exception>
    public static LoraInitializer PissaNiter(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        return new PissaInitializer(iterations);
    }

    /// <summary>Converts <c>true</c> to <see cref="Default"/> and <c>false</c> to <see cref="Random"/>.</summary>
    /// <param name="initialized">Whether B is initialized to zero.</param>
    public static implicit operator LoraInitializer(bool initialized) => FromBoolean(initialized);

    /// <summary>Returns the initializer with the given name in peft.</summary>
    /// <param name="name">The name, such as <c>gaussian</c> or <c>pissa_niter_4</c>.</param>
    /// <exception cref="ArgumentException">The name is not supported; the message lists the supported names.</exception>
    public static implicit operator LoraInitializer(string name) => FromString(name);

    /// <summary>Converts <c>true</c> to <see cref="Default"/> and <c>false</c> to <see cref="Random"/>.</summary>
    /// <param name="initialized">Whether B is initialized to zero.</param>
    public static LoraInitializer FromBoolean(bool initialized) => initialized ? Default : Random;

    /// <summary>Returns the initializer with the given name in peft.</summary>
    /// <param name="name">The name, such as <c>gaussian</c> or <c>pissa_niter_4</c>.</param>
    /// <exception cref="ArgumentException">The name is not supported; the message lists the supported names.</exception>
    public static LoraInitializer FromString(string name) => LoraInitializers.ByName(name)
        ?? throw new ArgumentException($"'{name}' is not a supported initialization. Supported: "
            + $"{string.Join(", ", LoraInitializers.Names)}, and the bool values true and false.", nameof(name));

    /// <summary>The name in peft; null for <see cref="Default"/> and <see cref="Random"/>.</summary>
    internal abstract string? Name { get; }

    /// <summary>Whether B may have a bias.</summary>
    internal virtual bool AllowsBias => false;

    /// <summary>Whether the base weight is changed, in which case the layer must not have another adapter.</summary>
    internal virtual bool ChangesBase => false;

    /// <summary>
    /// Whether the name is supported only in files of trained adapters: their values do not depend on the initialization.
    /// </summary>
    internal virtual bool IsStartOnly => false;

    /// <summary>Initializes the factors of a linear layer. Before the call they have the default values of a linear layer.</summary>
    internal abstract void Fill(LoraStart start);

    /// <summary>
    /// Initializes the factors of an embedding, float [r, rows] and [width, r]. Before the call they have normally distributed values.
    /// </summary>
    internal virtual void FillEmbedding(TorchSharp.torch.Tensor a, TorchSharp.torch.Tensor b)
    {
        TorchSharp.torch.nn.init.zeros_(a);
        TorchSharp.torch.nn.init.normal_(b);
    }

    /// <inheritdoc/>
    public bool Equals(LoraInitializer? other) => ToString() == other?.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LoraInitializer);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString()!);

    /// <inheritdoc/>
    public override string? ToString() => Name ?? (ReferenceEquals(this, Default) ? "true" : "false");
}
