using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>Unsafe code and native functions live in Forewave.Storage.Files and in folders named Interop, nowhere else.</summary>
internal static class NativeCodeRule
{
    public static IEnumerable<Offence> Check(SourceFile source)
    {
        if (source.IsInterop || source.Path.StartsWith("src/Forewave.Storage.Files/", StringComparison.Ordinal))
        {
            return [];
        }

        var unsafeCode = source.Unit.DescendantTokens().Where(token => token.IsKind(SyntaxKind.UnsafeKeyword))
            .Select(token => source.Offence(token, "unsafe"));
        var imports = source.All<MethodDeclarationSyntax>().Where(IsImport)
            .Select(method => source.Offence(method, $"{method.Identifier.Text} is a native function"));
        return unsafeCode.Concat(imports);
    }

    public static bool IsImport(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes)
            .Any(attribute => attribute.Name.ToString().Split('.')[^1] is "DllImport" or "LibraryImport");
}
