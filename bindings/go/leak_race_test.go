// SPDX-License-Identifier: MIT

//go:build race

package libhttp_test

func init() { raced = true }
