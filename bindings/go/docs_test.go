// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"

	"libhttp.dev/go/libhttp"
)

// undocumented gives what is exported by a declaration and has no comment, and how much is exported.
func undocumented(declaration ast.Decl) (missing []string, count int) {
	note := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		count++
		for _, comment := range comments {
			if comment.Text() != "" {
				return
			}
		}
		missing = append(missing, name.Name)
	}
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		// A method of what isn't exported fulfils an interface, which says what it does.
		if d.Recv == nil || receiver(d).IsExported() {
			note(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				note(s.Name, s.Doc, s.Comment, d.Doc)
				if structure, ok := s.Type.(*ast.StructType); ok && s.Name.IsExported() {
					for _, field := range structure.Fields.List {
						for _, name := range field.Names {
							note(name, field.Doc, field.Comment, d.Doc)
						}
					}
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					note(name, s.Doc, s.Comment, d.Doc)
				}
			}
		}
	}
	return missing, count
}

func receiver(d *ast.FuncDecl) *ast.Ident {
	kind := d.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	return kind.(*ast.Ident)
}

// Everything that is exported has a comment for go doc.
func TestDocs(t *testing.T) {
	notTests := func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") }
	packages, err := parser.ParseDir(token.NewFileSet(), ".", notTests, parser.ParseComments)
	must(t, err)
	total := 0
	for path, file := range packages["libhttp"].Files {
		for _, declaration := range file.Decls {
			missing, count := undocumented(declaration)
			total += count
			check(t, len(missing) == 0, "%s: no comment: %v", path, missing)
		}
	}
	check(t, total > 200, "only %d were found", total)
}

// The names of the kinds of errors are made of the header when the package is built; the tree is asked
// of the library. Neither has one that the other lacks.
func TestErrorTable(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	must(t, err)
	named := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok {
			named[strings.TrimPrefix(spec.Names[0].Name, "Err")] = true
		}
		return true
	})
	check(t, len(named) == len(libhttp.Codes()), "C-107 %d names, %d kinds", len(named), len(libhttp.Codes()))
	for _, code := range libhttp.Codes() {
		name := code.Name()
		held := named[name] || named[strings.TrimSuffix(name, "Error")] || named[strings.TrimPrefix(name, "Invalid")]
		check(t, held, "C-107 %s is named", name)
	}
}
