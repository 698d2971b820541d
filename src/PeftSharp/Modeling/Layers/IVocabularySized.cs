namespace PeftSharp.Modeling.Layers;

/// <summary>A module of a head that holds a parameter with an element for each token, such as the bias of a tied head.</summary>
/// <remarks>Thread safety: the implementing class says which members can be called from several threads at once.</remarks>
public interface IVocabularySized
{
    /// <summary>Changes the number of tokens; new elements are the mean of the others.</summary>
    /// <param name="vocabSize">The new number of tokens.</param>
    void ResizeVocabulary(int vocabSize);
}
