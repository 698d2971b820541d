namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A part of a head that has a parameter with one element per token of the vocabulary, such as the bias of a tied head.
/// </summary>
/// <remarks>Thread safety: the implementing class documents which members can be called from several threads at once.</remarks>
public interface IResizableVocabulary
{
    /// <summary>
    /// Changes the number of elements of the parameter. <see cref="VocabularyRows.Resize"/> computes the values of new elements.
    /// </summary>
    /// <param name="vocabSize">The new vocabulary size.</param>
    void ResizeVocabulary(int vocabSize);
}
