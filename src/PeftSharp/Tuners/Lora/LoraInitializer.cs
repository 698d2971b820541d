using System.Text.Json.Serialization;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>How the factors A and B of an update start.</summary>
/// <remarks>
/// <para>Written as in Python: <c>InitLoraWeights = true</c>, <c>= "gaussian"</c>, <c>= "pissa_niter_4"</c>.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
[JsonConverter(typeof(LoraInitializerConverter))]
public abstract class LoraInitializer : IEquatable<LoraInitializer>
{
    private protected LoraInitializer() { }

    /// <summary><c>true</c>: A uniform as a linear layer's weight, B zero, so that the adapted model starts as the base model.</summary>
    public static LoraInitializer Default { get; } = new DefaultInitializer();

    /// <summary><c>false</c>: A and B both as a linear layer's weight, so that the adapter changes the output from the start (for tests).</summary>
    public static LoraInitializer Random { get; } = new RandomInitializer();

    /// <summary><c>gaussian</c>: A normal with standard deviation 1/r, B zero.</summary>
    public static LoraInitializer Gaussian { get; } = new GaussianInitializer();

    /// <summary><c>pissa</c>: the r largest singular values of the weight; the base keeps the rest (Meng et al. 2024, arXiv:2404.02948). Changes the base weights.</summary>
    public static LoraInitializer Pissa { get; } = new PissaInitializer(null);

    /// <summary><c>olora</c>: the first r columns and rows of the weight's QR factors; the base keeps the rest (Büyükakyüz 2024, arXiv:2406.01775). Changes the base weights.</summary>
    public static LoraInitializer Olora { get; } = new OloraInitializer();

    /// <summary><c>orthogonal</c>: A and B random and orthogonal to each other, so that B·A is zero; the rank must be even.</summary>
    public static LoraInitializer Orthogonal { get; } = new OrthogonalInitializer();

    /// <summary><c>pissa_niter_N</c>: as <see cref="Pissa"/> by a randomized decomposition, faster for large weights.</summary>
    /// <remarks>The decomposition is repeated when the adapter is loaded, as in peft: with another state of the random stream it leaves another rest in the base. Merge such an adapter and save the model instead.</remarks>
    /// <param name="iterations">Power iterations, at least 0; 4 are usual.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 0.</exception>
    public static LoraInitializer PissaNiter(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        return new PissaInitializer(iterations);
    }

    /// <summary><see cref="Default"/> or <see cref="Random"/>.</summary>
    public static implicit operator LoraInitializer(bool initialized) => FromBoolean(initialized);

    /// <summary>The initializer of that name.</summary>
    public static implicit operator LoraInitializer(string name) => FromString(name);

    /// <summary><see cref="Default"/> or <see cref="Random"/>.</summary>
    public static LoraInitializer FromBoolean(bool initialized) => initialized ? Default : Random;

    /// <summary>The initializer of that name, as peft writes it.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static LoraInitializer FromString(string name) => LoraInitializers.ByName(name)
        ?? throw new ArgumentException($"'{name}' is not a supported initialization. Supported: {string.Join(", ", LoraInitializers.Names)}, true, false.", nameof(name));

    /// <summary>peft's name; null for the two that are true and false.</summary>
    internal abstract string? Name { get; }

    /// <summary>Whether B may have a bias.</summary>
    internal virtual bool AllowsBias => false;

    /// <summary>Whether the base weight is changed, so that no other adapter may be on the layer.</summary>
    internal virtual bool ChangesBase => false;

    /// <summary>Whether the name is known from files only, and says nothing about an adapter that is trained already.</summary>
    internal virtual bool IsStartOnly => false;

    /// <summary>Fills the factors of a linear layer, which hold a linear layer's usual random start.</summary>
    internal abstract void Fill(LoraStart start);

    /// <summary>Fills the factors of an embedding, float [r, rows] and [width, r], which hold normal random numbers.</summary>
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
