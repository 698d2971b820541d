using System.Xml.Linq;
using PeftSharp.Tools;

if (args is not [var assembly, var documentation])
{
    Console.Error.WriteLine("Usage: PublicDocs ASSEMBLY.dll DOCUMENTATION.xml");
    return 2;
}
var file = XDocument.Load(documentation, LoadOptions.PreserveWhitespace);
var (kept, removed) = PublicDocumentation.Keep(file, assembly);
file.Save(documentation, SaveOptions.DisableFormatting);
Console.WriteLine($"{documentation}: {kept} public members, {removed} other members removed");
return 0;
