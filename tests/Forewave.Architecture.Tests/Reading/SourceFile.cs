using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Reading;

/// <summary>One C# file, parsed; its path is relative to the root of the repository.</summary>
internal sealed record SourceFile(string Path, CompilationUnitSyntax Unit)
{
    /// <summary>The folder under src/, bench/ or tests/ that holds the file: the name of its project.</summary>
    public string Project => Path.Split('/')[1];

    public int LineCount => Unit.SyntaxTree.GetText().Lines.Count(line => line.Span.End > line.Span.Start || line.EndIncludingLineBreak > line.End);

    public bool IsInterop => Path.Contains("/Interop/", StringComparison.Ordinal);

    public static SourceFile Parse(string path, string text) => new(path, CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());

    public IEnumerable<T> All<T>()
        where T : SyntaxNode => Unit.DescendantNodes().OfType<T>();

    public Offence Offence(SyntaxNodeOrToken at, string what) =>
        new(Path, at.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1, what);
}
